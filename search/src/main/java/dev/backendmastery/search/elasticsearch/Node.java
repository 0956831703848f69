package dev.backendmastery.search.elasticsearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A part of a JSON text. What is not there is a node too, of nothing. */
record Node(@Nullable Object value) {

    static final Node NOTHING = new Node(null);

    private static final JsonFactory FACTORY = new JsonFactory();

    /** An object of names and values by turns: maps, collections, strings, numbers, truth values, null. */
    static Map<String, @Nullable Object> object(@Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return object;
    }

    static String write(@Nullable Object tree) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            write(generator, tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // into memory
        }
        return text.toString();
    }

    private static void write(JsonGenerator generator, @Nullable Object tree) throws IOException {
        if (tree instanceof Map<?, ?> map) {
            generator.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                generator.writeFieldName(String.valueOf(entry.getKey()));
                write(generator, entry.getValue());
            }
            generator.writeEndObject();
        } else if (tree instanceof Iterable<?> items) {
            generator.writeStartArray();
            for (Object item : items) {
                write(generator, item);
            }
            generator.writeEndArray();
        } else if (tree instanceof Double number) {
            generator.writeNumber(number);
        } else if (tree instanceof Number number) {
            generator.writeNumber(number.longValue());
        } else if (tree instanceof Boolean truth) {
            generator.writeBoolean(truth);
        } else if (tree == null) {
            generator.writeNull();
        } else {
            generator.writeString(tree.toString());
        }
    }

    static Node read(InputStream json) throws IOException {
        try (JsonParser parser = FACTORY.createParser(json)) {
            parser.nextToken();
            return new Node(read(parser));
        }
    }

    private static @Nullable Object read(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new IOException("the answer ends too early");
        }
        switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> object = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.put(name, read(parser));
                }
                return object;
            }
            case START_ARRAY -> {
                List<@Nullable Object> array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(read(parser));
                }
                return array;
            }
            case VALUE_STRING -> {
                return parser.getText();
            }
            case VALUE_NUMBER_INT -> {
                return parser.getLongValue();
            }
            case VALUE_NUMBER_FLOAT -> {
                return parser.getDoubleValue();
            }
            case VALUE_TRUE -> {
                return true;
            }
            case VALUE_FALSE -> {
                return false;
            }
            case VALUE_NULL -> {
                return null;
            }
            default -> throw new IOException("the answer is not JSON: " + token);
        }
    }

    Node get(String name) {
        return value instanceof Map<?, ?> map && map.get(name) != null ? new Node(map.get(name)) : NOTHING;
    }

    /** The only value of an object; of a bulk answer's item. */
    Node first() {
        return value instanceof Map<?, ?> map && !map.isEmpty()
                ? new Node(map.values().iterator().next())
                : NOTHING;
    }

    List<Node> items() {
        List<Node> items = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(item -> items.add(new Node(item)));
        }
        return items;
    }

    Map<String, Node> fields() {
        Map<String, Node> fields = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, field) -> fields.put(String.valueOf(name), new Node(field)));
        }
        return fields;
    }

    boolean isThere() {
        return value != null;
    }

    String text() {
        return value == null ? "" : value.toString();
    }

    double number() {
        return value instanceof Number number ? number.doubleValue() : 0;
    }

    long integer() {
        return value instanceof Number number ? number.longValue() : 0;
    }
}

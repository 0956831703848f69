package dev.backendmastery.search.analysis;

import java.io.IOException;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionLengthAttribute;

/** A stream of Lucene's, pushed. */
final class LuceneTokens {

    private LuceneTokens() {}

    static void push(TokenStream stream, TokenSink sink) throws IOException {
        var term = stream.addAttribute(CharTermAttribute.class);
        var offsets = stream.addAttribute(OffsetAttribute.class);
        var increment = stream.addAttribute(PositionIncrementAttribute.class);
        var span = stream.addAttribute(PositionLengthAttribute.class);
        stream.reset();
        while (stream.incrementToken()) {
            sink.token(
                    term.buffer().clone(),
                    term.length(),
                    offsets.startOffset(),
                    offsets.endOffset(),
                    increment.getPositionIncrement(),
                    span.getPositionLength());
        }
        stream.end();
    }
}

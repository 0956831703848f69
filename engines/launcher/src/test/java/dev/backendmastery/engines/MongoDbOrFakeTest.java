package dev.backendmastery.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.changestream.ChangeStreamDocument;
import java.util.UUID;
import org.bson.Document;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MongoDbOrFakeTest {

    @Test
    @DisplayName("the shared MongoDB or fake stores, updates one document and streams the change")
    void roundTrip() {
        try (MongoClient client = MongoClients.create(Engines.mongodbOrFake().uri())) {
            MongoCollection<Document> collection =
                    client.getDatabase("bm_" + UUID.randomUUID()).getCollection("c");
            collection.insertOne(new Document("_id", 1).append("n", 1));
            try (MongoCursor<ChangeStreamDocument<Document>> changes =
                    collection.watch().cursor()) {
                assertEquals(
                        1,
                        collection
                                .updateOne(Filters.eq("_id", 1), Updates.inc("n", 41))
                                .getModifiedCount());
                assertEquals("update", changes.next().getOperationTypeString());
            }
            Document found = collection.find(Filters.eq("_id", 1)).first();
            assertNotEquals(null, found);
            assertEquals(new Document("_id", 1).append("n", 42), found);
        }
    }

    @Test
    @DisplayName("the fake says that it is one, and refuses transactions")
    void isFake() {
        MongoDbOrFake server = Engines.mongodbOrFake();
        assumeTrue(server.isFake(), "BM_MONGODB_URL names a real MongoDB");
        assertTrue(server.engine().title().contains("fake"));
        try (MongoClient client = MongoClients.create(server.uri())) {
            try (ClientSession session = client.startSession()) {
                session.startTransaction();
                MongoCollection<Document> collection = client.getDatabase("bm").getCollection("c");
                assertThrows(MongoException.class, () -> collection.insertOne(session, new Document()));
            }
        }
    }

    @Test
    @DisplayName("the address of a replica set is taken apart, and another text is refused")
    void addresses() {
        MongoDbOrFake external =
                MongoDbOrFake.external(Engine.MONGODB_OR_FAKE, "mongodb://u:p@one:27018,two:27019/db?replicaSet=rs");
        assertEquals("one", external.host());
        assertEquals(27018, external.port());
        assertThrows(IllegalArgumentException.class, () -> MongoDbOrFake.external(Engine.MONGODB_OR_FAKE, "localhost"));
    }
}

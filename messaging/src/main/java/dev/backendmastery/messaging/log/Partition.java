package dev.backendmastery.messaging.log;

/**
 * A partition of a topic: the part of it within which there is an order.
 *
 * @param topic its name
 * @param number from 0
 */
public record Partition(String topic, int number) implements Comparable<Partition> {

    /** @throws IllegalArgumentException if the name is none or the number is negative */
    public Partition {
        Topic.checkName("topic", topic);
        if (number < 0) {
            throw new IllegalArgumentException("number must be at least 0, was " + number);
        }
    }

    @Override
    public int compareTo(Partition other) {
        int byTopic = topic.compareTo(other.topic);
        return byTopic != 0 ? byTopic : Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return topic + "-" + number;
    }
}

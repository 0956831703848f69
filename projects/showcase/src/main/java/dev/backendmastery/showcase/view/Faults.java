package dev.backendmastery.showcase.view;

import java.util.List;

/** Faults that a reader can plant, to find them on the page. */
public interface Faults {

    /** None. */
    Faults NONE = new Faults() {
        @Override
        public List<Fault> all() {
            return List.of();
        }

        @Override
        public boolean plant(String name) {
            return false;
        }
    };

    /**
     * One of them.
     *
     * @param name in addresses
     * @param title on its button
     * @param hint where to look
     * @param running whether it is planted now
     */
    record Fault(String name, String title, String hint, boolean running) {}

    /** Which there are. */
    List<Fault> all();

    /** Begins one, which ends by itself; false if there is none of the name or it runs already. */
    boolean plant(String name);
}

package dev.backendmastery.shortener.application;

import java.util.List;

/** What happened to links, as far as it has been told of. */
public interface LinkHistory {

    /** Of one link, in order of time. */
    List<LinkEvent> of(long linkId, String code);
}

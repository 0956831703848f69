package dev.backendmastery.shortener.application;

import dev.backendmastery.security.apikey.ApiKey;
import dev.backendmastery.security.apikey.ApiKeyRefusedException;
import dev.backendmastery.security.apikey.ApiKeys;
import dev.backendmastery.security.apikey.IssuedApiKey;
import dev.backendmastery.security.apikey.Scopes;
import dev.backendmastery.shortener.domain.LinkException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The keys by which programs act for an account. */
public final class Keys {

    /** To see links and what came of them. */
    public static final String READ = "links:read";

    /** To make and change links. */
    public static final String WRITE = "links:write";

    /** To see and ban what is others', and to make keys for accounts. Given to the first key alone. */
    public static final String ADMIN = "admin";

    private static final Scopes ALL = Scopes.of(READ, WRITE);
    private static final int MOST_DAYS = 3_650;

    private final ApiKeys keys;
    private final Accounts accounts;

    /** Keys of {@code accounts}. */
    public Keys(ApiKeys keys, Accounts accounts) {
        this.keys = keys;
        this.accounts = accounts;
    }

    /** A key that is believed, and for whom it acts. */
    public record Known(Caller caller, Scopes scopes) {}

    /** What a caller asks for when making a key, unchecked; all of {@link #READ} and {@link #WRITE} if no scopes are named. */
    public record Wish(
            @Nullable String name,
            @Nullable List<String> scopes,
            @Nullable Integer days) {}

    /** Makes sure that the administrator has this key. */
    public void ensureAdministrator(String text) {
        Account account = ofName("administrator");
        keys.ensure(text, Long.toString(account.id()), "first", Scopes.of(READ, WRITE, ADMIN));
    }

    /** The key of this text, if it is believed. */
    public Optional<Known> find(String text) {
        try {
            ApiKey key = keys.authenticate(text);
            Caller caller = new Caller(Long.parseLong(key.owner()), key.scopes().contains(ADMIN));
            return Optional.of(new Known(caller, key.scopes()));
        } catch (ApiKeyRefusedException e) {
            return Optional.empty();
        }
    }

    /**
     * A key for the caller's own account; from an administrator, for the account that is named as the key, which is made if there is none.
     *
     * @throws LinkException if the wish breaks a rule; nothing was made
     */
    public IssuedApiKey create(Caller caller, Wish wish) {
        String name = wish.name() == null ? "" : wish.name().strip();
        if (name.isEmpty() || name.length() > 100) {
            throw LinkException.invalid("name must be 1 to 100 characters");
        }
        if (wish.days() != null && (wish.days() < 1 || wish.days() > MOST_DAYS)) {
            throw LinkException.invalid("days must be from 1 to " + MOST_DAYS + ", was " + wish.days());
        }
        Scopes scopes = ALL;
        if (wish.scopes() != null) {
            if (!ALL.names().containsAll(wish.scopes()) || wish.scopes().isEmpty()) {
                throw LinkException.invalid("scopes must be some of " + ALL);
            }
            scopes = Scopes.of(wish.scopes());
        }
        long owner = caller.admin() ? ofName(Names.check(name)).id() : caller.account();
        return keys.issue(
                Long.toString(owner), name, scopes, wish.days() == null ? null : Duration.ofDays(wish.days()));
    }

    private Account ofName(String name) {
        return accounts.named(name).or(() -> accounts.create(name, null)).orElseGet(() -> accounts.named(name)
                .orElseThrow());
    }

    /** The caller's keys, newest first, without what was revoked. */
    public List<ApiKey> list(Caller caller) {
        return keys.list(Long.toString(caller.account())).stream()
                .filter(key -> key.revokedAt() == null)
                .toList();
    }

    /**
     * Gives a key of the caller's a successor; both are believed for the overlap.
     *
     * @throws LinkException if it is not his, not believed any more, or has a successor already
     */
    public IssuedApiKey rotate(Caller caller, UUID id, Duration overlap) {
        own(caller, id);
        return keys.rotate(id, overlap)
                .orElseThrow(
                        () -> new LinkException(LinkException.Reason.STATE, "this key has a successor or is over"));
    }

    /**
     * Revokes a key of the caller's.
     *
     * @throws LinkException if it is not his
     */
    public void revoke(Caller caller, UUID id) {
        own(caller, id);
        keys.revoke(id);
    }

    private void own(Caller caller, UUID id) {
        boolean own = keys.find(id)
                .filter(key -> key.owner().equals(Long.toString(caller.account())))
                .isPresent();
        if (!own) {
            throw new LinkException(LinkException.Reason.NOT_FOUND, "there is no such key");
        }
    }
}

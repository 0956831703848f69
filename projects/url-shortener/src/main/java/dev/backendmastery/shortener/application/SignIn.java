package dev.backendmastery.shortener.application;

import dev.backendmastery.security.password.PasswordHasher;
import dev.backendmastery.security.password.PasswordPolicy;
import dev.backendmastery.security.password.PasswordSignIn;
import dev.backendmastery.security.session.Session;
import dev.backendmastery.security.session.SessionRefusedException;
import dev.backendmastery.security.session.Sessions;
import dev.backendmastery.security.web.LoginThrottle;
import dev.backendmastery.shortener.domain.LinkException;
import dev.backendmastery.shortener.domain.LinkException.Reason;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** People: how they get an account, sign in to it, and out of it again. */
public final class SignIn {

    private static final Duration RENEW = Duration.ofMinutes(10);

    private final Accounts accounts;
    private final PasswordHasher hasher;
    private final PasswordPolicy policy;
    private final PasswordSignIn passwords;
    private final LoginThrottle throttle;
    private final Sessions sessions;
    private final InstantSource clock;

    /** People of {@code accounts}. */
    public SignIn(
            Accounts accounts,
            PasswordHasher hasher,
            PasswordPolicy policy,
            LoginThrottle throttle,
            Sessions sessions,
            InstantSource clock) {
        this.accounts = accounts;
        this.hasher = hasher;
        this.policy = policy;
        this.passwords = new PasswordSignIn(hasher, accounts);
        this.throttle = throttle;
        this.sessions = sessions;
        this.clock = clock;
    }

    /** A name and a password, unchecked. Shows neither as text. */
    public record Wish(@Nullable String name, @Nullable String password) {
        @Override
        public String toString() {
            return "Wish[]";
        }
    }

    /** Where somebody sits: what to show of it, its address, and what it was given when he signed in there before. */
    public record Place(
            String device, InetAddress address, @Nullable String cookie) {}

    /**
     * Somebody who is signed in.
     *
     * @param token new, to be kept by the browser, or null if it is to keep the one it has
     * @param device for {@link Place#cookie}, or null
     */
    public record Signed(
            Account account,
            Session session,
            @Nullable String token,
            @Nullable String device) {

        /** As what he asks. */
        public Caller caller() {
            return new Caller(account.id(), false);
        }

        @Override
        public String toString() {
            return "Signed[" + account + "]";
        }
    }

    /**
     * What came of an attempt to sign in.
     *
     * @param signed nothing if the name or the password is wrong; which one is nobody's business
     * @param delay how long to wait before the answer, whatever it is
     */
    public record Attempt(Optional<Signed> signed, Duration delay) {}

    /** Too many attempts; nothing was looked at. */
    public static final class TooManyException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final Duration retryAfter;

        TooManyException(Duration retryAfter) {
            super("too many attempts", null, false, false);
            this.retryAfter = retryAfter;
        }

        /** When it is worth trying again. */
        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /**
     * Makes an account and signs in to it.
     *
     * @throws LinkException if the name is taken or none, or the password is a bad one
     * @throws TooManyException if there were too many from this address
     */
    public Signed signUp(Wish wish, Place place) {
        String name = Names.check(wish.name());
        String password = acceptable(name, wish.password());
        admitted(name, place);
        Account account = accounts.create(name, hasher.hash(password))
                .orElseThrow(() -> new LinkException(Reason.STATE, "this name is taken"));
        return signed(account, place);
    }

    private String acceptable(String name, @Nullable String password) {
        String given = Objects.requireNonNullElse(password, "");
        Set<PasswordPolicy.Fault> faults = policy.check(given, List.of(name, "short links"));
        if (!faults.isEmpty()) {
            throw LinkException.invalid("password must be better: " + faults);
        }
        return given;
    }

    private Duration admitted(String name, Place place) {
        LoginThrottle.Decision decision = throttle.attempt(name, place.address(), place.cookie());
        if (decision instanceof LoginThrottle.Decision.Admitted admitted) {
            return admitted.delay();
        }
        throw new TooManyException(((LoginThrottle.Decision.Refused) decision).retryAfter());
    }

    /** What sessions call the account. */
    private static String subject(Account account) {
        return Long.toString(account.id());
    }

    private Signed signed(Account account, Place place) {
        Sessions.Issued issued = sessions.signIn(subject(account), place.device(), Set.of());
        return new Signed(account, issued.session(), issued.token(), throttle.trust(account.name()));
    }

    /**
     * Signs in.
     *
     * @throws TooManyException if there were too many attempts
     */
    public Attempt signIn(Wish wish, Place place) {
        String name = Names.check(wish.name());
        Duration delay = admitted(name, place);
        Optional<Signed> signed = passwords
                        .signIn(name, Objects.requireNonNullElse(wish.password(), ""))
                        .matches()
                ? accounts.named(name).map(account -> signed(account, place))
                : Optional.empty();
        return new Attempt(signed, delay);
    }

    /** Who has this token, which is replaced if it is of some age. */
    public Optional<Signed> find(String token) {
        try {
            Session session = sessions.check(token);
            String next = null;
            if (session.refreshedAt().plus(RENEW).isBefore(clock.instant())) {
                Sessions.Issued issued = sessions.refresh(token);
                session = issued.session();
                next = issued.token();
            }
            Session last = session;
            String renewed = next;
            return accounts.numbered(Long.parseLong(session.subject()))
                    .map(account -> new Signed(account, last, renewed, null));
        } catch (SessionRefusedException e) {
            return Optional.empty();
        }
    }

    /** Signs out here. */
    public void signOut(Signed signed) {
        sessions.signOut(subject(signed.account()), signed.session().id());
    }

    /**
     * Ends one of his sessions.
     *
     * @throws LinkException if it is not his, or over
     */
    public void signOut(Signed signed, UUID session) {
        if (!sessions.signOut(subject(signed.account()), session)) {
            throw new LinkException(Reason.NOT_FOUND, "there is no such session");
        }
    }

    /** Signs out everywhere, here too. */
    public void signOutEverywhere(Signed signed) {
        sessions.signOutEverywhere(subject(signed.account()), null);
    }

    /** Where he is signed in, newest first. */
    public List<Session> sessions(Signed signed) {
        return sessions.of(subject(signed.account()));
    }

    /**
     * Changes the password, and signs out everywhere else.
     *
     * @throws LinkException if the old one is wrong, or the new one is a bad one
     * @throws TooManyException if there were too many attempts
     */
    public void change(Signed signed, @Nullable String old, @Nullable String fresh, Place place) {
        String name = signed.account().name();
        String good = acceptable(name, fresh);
        admitted(name, place);
        if (passwords.change(name, Objects.requireNonNullElse(old, ""), good) != PasswordSignIn.Change.CHANGED) {
            throw new LinkException(Reason.FORBIDDEN, "that is not the password");
        }
        sessions.signOutEverywhere(subject(signed.account()), signed.session().id());
    }
}

package dev.backendmastery.search.analysis;

import dev.backendmastery.core.kit.Kit;
import java.text.BreakIterator;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kits convict it by the clauses named here. */
final class AnalyzerContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(NoFault.class);
        Kit.convicts(RefusesLoneSurrogates.class, "AN-1", "AN-2", "AN-4");
        Kit.convicts(PointsIntoTheFoldedText.class, "AN-2", "AN-3");
        Kit.convicts(SplitsPairs.class, "AN-2");
        Kit.convicts(FirstAtNoPosition.class, "AN-4");
        Kit.convicts(EndlessTerms.class, "AN-4");
        Kit.convicts(RemembersWhatItDropped.class, "AN-5");
        Kit.convicts(OneRunForAll.class, "AN-6", "AN-7");
        Kit.convicts(OneRunAThread.class, "AN-7");
        Kit.convicts(TakesTheWholeBuffer.class, "AN-8");
        Kit.convicts(ForgetsParametersInTheFingerprint.class, "AN-9");
        Kit.convicts(DropsLongWords.class, "AN-10");
        Kit.convicts(CutsOffLongWords.class, "AN-10");
        Kit.convicts(ReusesWhatItHasPassedOn.class, "AN-11");
    }

    @Test
    void convictsWrongBoundaries() {
        Kit.convicts(BoundariesOfTheJdk.class, "WB-1", "WB-2", "WB-3");
        Kit.convicts(BoundariesAtSpaces.class, "WB-1", "WB-2", "WB-3");
        Kit.convicts(LooksAheadEachTime.class, "WB-4");
    }

    @Test
    void convictsWrongStems() {
        Kit.convicts(TheFirstPorter.class, "ST-1", "ST-2", "ST-3");
        Kit.convicts(NoExceptions.class, "ST-2");
        Kit.convicts(CutsApostrophesToNothing.class, "ST-4");
    }

    private abstract static class Planted extends AnalyzerContract {

        @Override
        protected List<Analyzer> others() {
            return List.of(Analyzer.of(new UnicodeWords(99)).then(new CaseFolding()));
        }

        @Override
        protected boolean keepsAllOfAWord() {
            return true;
        }

        static AnalyzerChain right() {
            return Analyzer.of(new UnicodeWords()).then(new CaseFolding());
        }
    }

    /** A right analyzer of which a subclass changes something. */
    private abstract static class Wrong implements Analyzer {

        final Analyzer right = Planted.right();

        @Override
        public void analyze(CharSequence text, TokenSink sink) {
            right.analyze(text, sink);
        }

        @Override
        public String fingerprint() {
            return "wrong";
        }
    }

    static final class NoFault extends Planted {
        @Override
        protected Analyzer create() {
            return new Wrong() {};
        }
    }

    static final class RefusesLoneSurrogates extends Planted {
        @Override
        protected Analyzer create() {
            return new Wrong() {
                @Override
                public void analyze(CharSequence text, TokenSink sink) {
                    if (text.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)) {
                        throw new IllegalArgumentException("malformed");
                    }
                    right.analyze(text, sink);
                }
            };
        }
    }

    static final class PointsIntoTheFoldedText extends Planted {
        @Override
        protected Analyzer create() {
            return new Wrong() {
                @Override
                public void analyze(CharSequence text, TokenSink sink) {
                    right.analyze(text.toString().toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT), sink);
                }
            };
        }
    }

    static final class SplitsPairs extends Planted {
        @Override
        protected Analyzer create() {
            return new Wrong() {
                @Override
                public void analyze(CharSequence text, TokenSink sink) {
                    right.analyze(text, (term, length, start, end, increment, span) -> {
                        if (length == 2 && Character.isSurrogatePair(term[0], term[1])) {
                            sink.token(term, length, start, start + 1, increment, span);
                            return;
                        }
                        sink.token(term, length, start, end, increment, span);
                    });
                }
            };
        }
    }

    static final class FirstAtNoPosition extends Planted {
        @Override
        protected Analyzer create() {
            return new Wrong() {
                @Override
                public void analyze(CharSequence text, TokenSink sink) {
                    int[] ahead = {0};
                    right.analyze(text, (term, length, start, end, increment, span) -> {
                        sink.token(term, length, start, end, ahead[0], span);
                        ahead[0] = 1;
                    });
                }
            };
        }
    }

    static final class EndlessTerms extends Planted {
        @Override
        protected Analyzer create() {
            return Analyzer.of(new UnicodeWords(10_000)).then(new CaseFolding());
        }
    }

    static final class RemembersWhatItDropped extends Planted {
        @Override
        protected Analyzer create() {
            return right().then(new TokenFilter() {
                @Override
                public Step open(TokenSink next) {
                    int[] dropped = {0};
                    return (term, length, start, end, increment, span) -> {
                        if (length == 3 && term[0] == 't' && term[1] == 'h') {
                            dropped[0]++;
                        } else {
                            int gap = dropped[0];
                            next.token(term, length, start, end, increment + gap, span);
                            dropped[0] = 0;
                        }
                    };
                }

                @Override
                public String fingerprint() {
                    return "the";
                }
            });
        }
    }

    /** A run that is opened once and used by everyone, or by every caller of a thread. */
    private static final class Shared extends Wrong {
        private final Tokenizer tokenizer = new UnicodeWords();
        private final ThreadLocal<Cell> cells;

        Shared(boolean forAll) {
            Cell one = new Cell();
            cells = ThreadLocal.withInitial(() -> forAll ? one : new Cell());
        }

        private final class Cell {
            private TokenSink sink = (term, length, start, end, increment, span) -> {};
            private final Tokenizer.Run run = tokenizer.open(new CaseFolding()
                    .open((term, length, start, end, increment, span) ->
                            sink.token(term, length, start, end, increment, span)));
        }

        @Override
        public void analyze(CharSequence text, TokenSink sink) {
            Cell cell = cells.get();
            cell.sink = sink;
            cell.run.read(text);
        }
    }

    static final class OneRunForAll extends Planted {
        @Override
        protected Analyzer create() {
            return new Shared(true);
        }
    }

    static final class OneRunAThread extends Planted {
        @Override
        protected Analyzer create() {
            return new Shared(false);
        }
    }

    static final class TakesTheWholeBuffer extends Planted {
        @Override
        protected Analyzer create() {
            return new Wrong() {
                @Override
                public void analyze(CharSequence text, TokenSink sink) {
                    right.analyze(text instanceof java.nio.CharBuffer buffer ? new String(buffer.array()) : text, sink);
                }
            };
        }
    }

    static final class ForgetsParametersInTheFingerprint extends Planted {
        @Override
        protected Analyzer create() {
            return new Wrong() {
                @Override
                public String fingerprint() {
                    return Analyzer.of(new UnicodeWords(99))
                            .then(new CaseFolding())
                            .fingerprint();
                }
            };
        }
    }

    static final class DropsLongWords extends Planted {
        @Override
        protected Analyzer create() {
            return new Wrong() {
                @Override
                public void analyze(CharSequence text, TokenSink sink) {
                    right.analyze(text, (term, length, start, end, increment, span) -> {
                        if (length < 200) {
                            sink.token(term, length, start, end, increment, span);
                        }
                    });
                }
            };
        }
    }

    static final class CutsOffLongWords extends Planted {
        @Override
        protected Analyzer create() {
            return new Wrong() {
                @Override
                public void analyze(CharSequence text, TokenSink sink) {
                    right.analyze(
                            text,
                            (term, length, start, end, increment, span) ->
                                    sink.token(term, Math.min(length, 200), start, end, increment, span));
                }
            };
        }
    }

    static final class ReusesWhatItHasPassedOn extends Planted {
        @Override
        protected Analyzer create() {
            return right().then(new TokenFilter() {
                @Override
                public Step open(TokenSink next) {
                    return (term, length, start, end, increment, span) -> {
                        next.token(term, length, start, end, increment, span);
                        next.token(term, length, start, end, 0, span);
                    };
                }

                @Override
                public String fingerprint() {
                    return "twice";
                }
            });
        }

        @Override
        protected boolean cuts() {
            return false; // twice is not what this is about
        }

        @Override
        protected boolean keepsAllOfAWord() {
            return false;
        }
    }

    static final class BoundariesOfTheJdk extends WordBreaksContract {
        @Override
        protected int[] boundaries(String text) {
            BreakIterator words = BreakIterator.getWordInstance(Locale.ROOT);
            words.setText(text);
            int[] found = new int[text.length()];
            int count = 0;
            words.first();
            for (int at = words.next(); at != BreakIterator.DONE; at = words.next()) {
                found[count++] = at;
            }
            return Arrays.copyOf(found, count);
        }
    }

    static final class BoundariesAtSpaces extends WordBreaksContract {
        @Override
        protected int[] boundaries(String text) {
            int[] found = new int[text.length()];
            int count = 0;
            for (int i = 1; i <= text.length(); i++) {
                if (i == text.length() || (text.charAt(i) == ' ') != (text.charAt(i - 1) == ' ')) {
                    found[count++] = i;
                }
            }
            return Arrays.copyOf(found, count);
        }
    }

    /** Right, and as slow as it is to look at all that follows from each mark. */
    static final class LooksAheadEachTime extends WordBreaksContract {
        private long looked;

        @Override
        protected int[] boundaries(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (Thread.interrupted()) {
                    throw new IllegalStateException("given up");
                }
                if (text.charAt(i) == '\u0301') {
                    for (int j = i; j < text.length() && text.charAt(j) == '\u0301'; j++) {
                        looked += text.charAt(j);
                    }
                }
            }
            if (looked == 0) {
                looked = 1;
            }
            return WordBreaks.boundaries(text);
        }
    }

    static final class TheFirstPorter extends StemmerContract {
        @Override
        protected String stem(String word) {
            return FirstPorter.stem(word);
        }
    }

    static final class NoExceptions extends StemmerContract {
        @Override
        protected String stem(String word) {
            return List.of("skies", "dying", "inning", "proceed").contains(word)
                    ? word.replaceFirst("(ies|ing|eed)$", "")
                    : new EnglishStemmerTest().stem(word);
        }
    }

    static final class CutsApostrophesToNothing extends StemmerContract {
        @Override
        protected String stem(String word) {
            return word.replace("'", "").isEmpty() ? "" : new EnglishStemmerTest().stem(word);
        }
    }
}

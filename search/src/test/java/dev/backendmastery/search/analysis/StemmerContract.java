package dev.backendmastery.search.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an English stemmer by Porter2 must hold. Extend it, say how yours stems, run it. */
@DisplayName("An English stemmer")
public abstract class StemmerContract {

    /** The stem of a word in small letters. */
    protected abstract String stem(String word);

    @Test
    @DisplayName("ST-1 takes off endings, step by step")
    void endings() {
        check("caresses caress, ties tie, cries cri, gas gas, this this, gaps gap, kiwis kiwi, bus bus, kiss kiss");
        check(
                "agreed agre, feed feed, luxuriated luxuri, hopping hop, hoping hope, falling fall, sized size, bled bled");
        check("cry cri, by by, say say, conditional condit, rationally ration, valency valenc, digitizer digit");
        check("operational oper, feudalism feudal, hopefulness hope, formality formal, sensitivity sensit, ably abli");
        check(
                "apology apolog, cheerfully cheer, goodness good, triplicate triplic, formative format, electrical electr");
        check(
                "revival reviv, adjustment adjust, adoption adopt, replacement replac, probate probat, controlling control");
        check(
                "rate rate, cease ceas, controll control, roll roll, consistency consist, knackered knacker, connections connect");
    }

    @Test
    @DisplayName("ST-2 knows the words that are exceptions, and the regions that are")
    void exceptions() {
        check("skis ski, skies sky, dying die, lying lie, tying tie, idly idl, gently gentl, ugly ugli, early earli");
        check(
                "only onli, singly singl, sky sky, news news, howe howe, atlas atlas, cosmos cosmos, bias bias, andes andes");
        check("inning inning, outing outing, canning canning, herring herring, earring earring, evening evening");
        check("proceed proceed, exceed exceed, succeed succeed, added add, egged egg, past past, pasted paste");
        check(
                "general general, generous generous, communism communism, arsenic arsenic, universe univers, geologist geolog");
        check(
                "university universiti, universal universal, lateral lateral, later later, emergency emergenc, emerge emerg, organic organic, interval interval");
    }

    @Test
    @DisplayName("ST-3 tells a vowel y from a consonant, takes apostrophes off, and short words as they are")
    void letters() {
        check("youth youth, sayings say, boyish boyish, yes yes, toying toy, flying fli, happy happi, enjoy enjoy");
        check("porter's porter, girls' girl, 'tis tis, as as, is is, ox ox, i i, be be");
    }

    @Test
    @DisplayName("ST-4 never makes a word longer, or nothing of it")
    void lengths() {
        SplittableRandom random = new SplittableRandom(2);
        String[] bits = {"a", "e", "y", "s", "'", "ing", "ed", "li", "ation", "past", "b", "l", "t", "ß", "ies", "eed"};
        for (int i = 0; i < 20_000; i++) {
            StringBuilder word = new StringBuilder();
            for (int bit = random.nextInt(1, 6); bit > 0; bit--) {
                word.append(bits[random.nextInt(bits.length)]);
            }
            String stem = stem(word.toString());
            assertTrue(!stem.isEmpty() && stem.length() <= word.length(), () -> word + " to " + stem);
        }
    }

    private void check(String pairs) {
        for (String pair : pairs.split(", ", -1)) {
            String[] words = pair.split(" ", -1);
            assertEquals(words[1], stem(words[0]), words[0]);
        }
    }
}

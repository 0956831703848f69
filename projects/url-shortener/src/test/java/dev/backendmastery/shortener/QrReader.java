package dev.backendmastery.shortener;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.LuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Paints the modules of our SVG large enough for a scanner, and scans them. */
final class QrReader {

    private static final int SCALE = 8;

    private QrReader() {}

    static String read(String svg) {
        Matcher box = Pattern.compile("viewBox=\"0 0 (\\d+) \\d+\"").matcher(svg);
        if (!box.find()) {
            throw new AssertionError("no viewBox: " + svg);
        }
        int size = Integer.parseInt(box.group(1));
        boolean[][] dark = new boolean[size][size];
        Matcher module = Pattern.compile("M(\\d+) (\\d+)h1v1h-1z").matcher(svg);
        while (module.find()) {
            dark[Integer.parseInt(module.group(2))][Integer.parseInt(module.group(1))] = true;
        }
        try {
            return new QRCodeReader()
                    .decode(new BinaryBitmap(new HybridBinarizer(new Picture(dark))))
                    .getText();
        } catch (ReaderException e) {
            throw new AssertionError("a scanner cannot read it", e);
        }
    }

    private static final class Picture extends LuminanceSource {
        private final boolean[][] dark;

        Picture(boolean[][] dark) {
            super(dark.length * SCALE, dark.length * SCALE);
            this.dark = dark;
        }

        @Override
        public byte[] getRow(int y, byte[] row) {
            byte[] filled = row == null || row.length < getWidth() ? new byte[getWidth()] : row;
            for (int x = 0; x < getWidth(); x++) {
                filled[x] = (byte) (dark[y / SCALE][x / SCALE] ? 0 : 255);
            }
            return filled;
        }

        @Override
        public byte[] getMatrix() {
            byte[] all = new byte[getWidth() * getHeight()];
            byte[] row = new byte[getWidth()];
            for (int y = 0; y < getHeight(); y++) {
                System.arraycopy(getRow(y, row), 0, all, y * getWidth(), getWidth());
            }
            return all;
        }
    }
}

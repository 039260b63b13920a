using ActiveInas.Data;

namespace ActiveInas.Tests.Data;

public class ComposedTextTests
{
    // Decomposed and composed forms of words of several scripts, from the Unicode Character Database 14 (Python's unicodedata).
    [Theory]
    [InlineData("mu\u0308ll", "m\u00FCll")]
    [InlineData("Vie\u0323\u0302t Nam e\u0323\u0302 e\u0302\u0301 u\u031B\u0303", "Vi\u1EC7t Nam \u1EC7 \u1EBF \u1EEF")]
    [InlineData("\u1112\u1161\u11AB\u1100\u116E\u11A8\u110B\u1165 \u1100\u1161\u11A8", "\uD55C\uAD6D\uC5B4 \uAC01")]
    [InlineData("A\u030Angstro\u0308m", "\u00C5ngstr\u00F6m")]
    [InlineData("\u03B1\u0313\u0301\u03BD\u03B8\u03C1\u03C9\u03C0\u03BF\u03C2 \u03C9\u0314\u0342\u0345", "\u1F04\u03BD\u03B8\u03C1\u03C9\u03C0\u03BF\u03C2 \u1FA7")]
    [InlineData("\u043D\u0438\u0301\u0438\u0306 \u0438\u0306 \u0435\u0308", "\u043D\u0438\u0301\u0439 \u0439 \u0451")]
    [InlineData("plain", "plain")]
    [InlineData("\u304B\u3099 \u306F\u309A", "\u304C \u3071")]
    public void Decomposed_names_are_composed(string decomposed, string composed)
    {
        Assert.Equal(composed, ComposedText.Of(decomposed));
        Assert.Equal(composed, ComposedText.Of(composed));
    }
}

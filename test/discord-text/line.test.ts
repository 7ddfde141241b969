/** What Discord does not render, in forms that it does: formulas, HTML, footnotes, images and wide tables. */
import { describe, expect, it } from 'vitest';
import { format } from '../../src/discord-text/format.ts';
import { viewPages } from '../../src/discord-text/pages.ts';
import { writing } from '../discord/stage.ts';

describe('formulas', () => {
  it.each([
    ['a power', 'so $x^2 + y_1^{10}$ is', 'so `x² + y₁¹⁰` is'],
    ['a fraction', '$\\frac{a+b}{2}$ and $\\tfrac12$', '`(a+b)/2` and `1/2`'],
    ['what is multiplied', "$\\frac{n(n+1)}{2a}$, $-RT\\ln K$, $f'(x)$", '`n(n+1)/(2a)`, `-RT ln K`, `f′(x)`'],
    ['powers of more than one sign', '$e^{i\\pi} + 1$', '`e^(iπ) + 1`'],
    ['nested fractions', '$\\frac{\\frac{a}{b}}{c}$', '`(a/b)/c`'],
    ['roots', '$\\sqrt{2} + \\sqrt[3]{x+1}$', '`√2 + ³√(x+1)`'],
    ['Greek and operators', '\\(\\alpha \\leq \\beta \\cdot \\pi\\)', '`α ≤ β · π`'],
    ['sums and limits', '$\\sum_{i=1}^{n} i^2$', '`∑ᵢ₌₁ⁿ i²`'],
    ['what has no small letters', '$x_{back}, e^{-x/2}$', '`x_back, e^(-x/2)`'],
    ['words within', '$v = 3\\,\\text{m/s} \\in \\mathbb{R}$', '`v = 3 m/s ∈ ℝ`'],
    ['brackets of any size', '$\\left( a \\right. = \\bigl[ b \\bigr]$', '`( a = [ b ]`'],
    ['a matrix', '\\[\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}\\]', '`(a b; c d)`'],
    ['a sign over a letter', '$\\hat{x} \\to \\vec{v}$', '`x̂ → v⃗`'],
    ['absolute values', '$|x| = 1$', '`∣x∣ = 1`'],
    ['a command that it does not know', '$\\foo{x} = 1$', '`\\foox = 1`'],
    ['a display formula in a line', 'It is $$E = mc^2$$ as you know.', 'It is \n`E = mc²`\n as you know.'],
    ['a display formula in an item', '- It is $$E = mc^2$$ indeed.', '- It is `E = mc²` indeed.'],
    ['a display formula of lines', '$$\n\\begin{aligned}\na &= b \\\\\nc &= d\n\\end{aligned}\n$$', '`a = b`\n`c = d`'],
    ['one between brackets', '\\[\n\\int_0^\\infty e^{-x}\\,dx = 1\n\\]', '`∫₀^∞ e⁻ˣ dx = 1`'],
    ['one in a table', '| f | v |\n|---|---|\n| $x^2$ | 4 |', '```\nf   | v\n----|----\nx²  | 4\n```'],
  ])('show %s', (_, markdown, shown) => {
    expect(format(markdown)).toBe(shown);
  });

  it.each([
    ['prices', 'It costs $5 to $10, or $3.50.'],
    ['prices with words between', 'from $5 (about 4 euro) to 7$ each'],
    ['shell variables', 'echo $HOME/bin:$PATH and $x$y'],
    ['code', '`$x^2$` and ``\\(a_1\\)``'],
    ['a code block', '```tex\n$$\nx^2\n$$\n```'],
    ['escaped signs', 'a \\$x^2\\$ b'],
    ['escaped brackets', 'see \\[this page\\] and \\(that\\)'],
    ['a formula that is still open', '$$\nx^2 + '],
    ['one that holds a backtick', '$a`b^2$'],
  ])('leave %s alone', (_, markdown) => {
    expect(format(markdown)).toBe(markdown);
  });
});

describe('HTML, footnotes and images', () => {
  it.each([
    ['a line break', 'one<br>two<br/>', 'one\ntwo'],
    ['a line break in an item', '- one<br>two', '- one\n  two'],
    ['a line break in a quote', '> one<br />two', '> one\n> two'],
    ['a line break before a mark', 'one<br>- two', 'one - two'],
    ['small letters', 'H<sub>2</sub>O, 10<sup>-3</sup>, x<sup>?</sup>', 'H₂O, 10⁻³, x^(?)'],
    [
      'emphasis',
      '<b>bold</b> <i>it</i> <u>under</u> <code>x</code> <kbd>Ctrl</kbd>',
      '**bold** *it* __under__ `x` `Ctrl`',
    ],
    ['nested emphasis', '<b>a <i>b</i></b>', '**a *b***'],
    ['what can be opened', '<details open>\n<summary>More</summary>\n\nText.\n</details>', '\n**More**\n\nText.\n'],
    ['a link', '<a class="x" href="https://a.example/b">there</a>', '[there](https://a.example/b)'],
    ['a comment', 'a<!-- not this -->b', 'ab'],
    ['a tag in code', '`<br>` and ``<b>x</b>``', '`<br>` and ``<b>x</b>``'],
    ['an unknown tag', 'List<T> and <foo>', 'List<T> and <foo>'],
    [
      'footnotes',
      'So[^1] and so[^a].\n\n[^1]: A book.\n[^a]: *Other*.',
      'So¹ and so⁽a⁾.\n\n-# ¹ A book.\n-# a: *Other*.',
    ],
    ['an image', '![A cat](https://a.example/c.png)', '[A cat](https://a.example/c.png)'],
    ['an image without a name', '![](https://a.example/c.png)', '<https://a.example/c.png>'],
    [
      'a label of words and an address',
      '[see https://a.example](https://b.example)',
      '[see a.example](https://b.example)',
    ],
    ['an address that looks like a formula', 'https://a.example/$x_1$', 'https://a.example/$x_1$'],
  ])('show %s', (_, markdown, shown) => {
    expect(format(markdown)).toBe(shown);
  });
});

const LONG = 'a description that is so long that no window shows it in one line of code';

describe('a table that is too wide for a code block', () => {
  it('has a record for each row', () => {
    const table = `| Item | **Price** | Note |\n|---|--:|---|\n| **Tea** | 2 | ${LONG}<br>of *ours* |\n| Milk | | see [b](https://b.example) \\| c |`;
    expect(format(table).split('\n')).toEqual([
      '**Tea**',
      'Price: 2',
      `Note: ${LONG} of *ours*`,
      '',
      '**Milk**',
      'Note: see [b](https://b.example) \\| c',
    ]);
  });

  it('shows what has no name and what names nothing', () => {
    expect(format(`| a |\n|---|\n| ${LONG} | x |\n|  | y |`)).toBe(`**${LONG}**\n– x\n\n**·**\n– y`);
    expect(format(`| a | ${LONG} |\n|---|---|`)).toBe(`**a · ${LONG}**`);
  });

  it('is measured by what is shown', () => {
    const table = `| a | b |\n|---|---|\n| 漢字 | \`${'x'.repeat(52)}\` |`;
    expect(format(table)).toContain('```');
    expect(format(table.replace('漢字', '漢字漢字'))).not.toContain('```');
  });

  it('changes its form once at most while it is written', () => {
    const text = `Here:\n\n| a | b |\n|---|---|\n${'| x | y |\n'.repeat(4)}| z | ${LONG} |\n${'| x | y |\n'.repeat(6)}`;
    const pages = viewPages();
    const forms = Array.from(text, (_, at) => pages(writing(text.slice(0, at + 1)))[0]?.content ?? '');
    const shown = forms.map((content) =>
      content.includes('```') ? 'aligned' : content.includes('**x**') ? 'records' : '',
    );
    expect(shown.filter((form, at) => form !== '' && form !== shown[at - 1])).toEqual(['aligned', 'records']);
  });
});

/** What the stand-in model of `npm run demo` can talk about: long, true, and rich in everything Markdown can be. */
import type { SourceScript } from './grounding.ts';

export interface Topic {
  /** Words of a question that ask for it. */
  readonly about: RegExp;
  readonly thoughts: readonly string[];
  readonly text: string;
  /** What a thoughtful model would add. */
  readonly deeper: string;
  readonly sources: readonly (SourceScript & { readonly uri: string })[];
  /** A passage of `text` for each source, in the same order. */
  readonly passages: readonly string[];
  readonly queries: readonly string[];
}

const streams: Topic = {
  about: /stream|node|typescript|javascript|python|code|program|server|async/i,
  thoughts: [
    '**Picking the level**\n\nThe question is about streams. Two short programs say more than a page of theory.',
    '**Choosing examples**\n\nThe same loop in TypeScript and in Python shows what is the idea and what is the language.',
  ],
  text: `## Reading a stream, one piece at a time

A stream is a value that is not all there yet. The reader asks for a piece, does something with it, and asks for the next. Nothing forces the whole into memory, and that is the point: **the slowest part sets the pace**, which is called *backpressure*.

In TypeScript a response body can be walked with \`for await\`:

\`\`\`ts
const response = await fetch('http://127.0.0.1:8080/events');
const decoder = new TextDecoder();
let open = '';

for await (const bytes of response.body ?? []) {
  open += decoder.decode(bytes, { stream: true });
  const lines = open.split('\\n');
  open = lines.pop() ?? ''; // the last line may still grow
  for (const line of lines) console.log('→', line);
}
\`\`\`

Three details matter more than they seem:

1. \`{ stream: true }\` keeps half a character for the next piece. Without it, \`é\` or \`東\` turns into \`\uFFFD\` whenever a piece ends inside it.
2. The last line is **not** a line until its end has come.
3. Leaving the loop early, by \`break\` or by an error, also closes the stream.

The same in Python, where the decoder is an object too:

\`\`\`python
import codecs
import urllib.request

decoder = codecs.getincrementaldecoder("utf-8")()
rest = ""
with urllib.request.urlopen("http://127.0.0.1:8080/events") as response:
    while piece := response.read1(4096):
        *lines, rest = (rest + decoder.decode(piece)).split("\\n")
        for line in lines:
            print("→", line)
\`\`\`

> A stream is an array that takes its time.

If a reader is slow, let it be slow. A queue in between only hides the problem until it is large.`,
  deeper: `### And when it breaks?

A body that ends is not yet an answer that is complete. Only the protocol inside knows: a length that was promised, a last chunk, a word that means *done*. Keep what has come, say that it is not all, and let the reader decide.`,
  sources: [
    { title: 'nodejs.org', uri: 'https://nodejs.org/api/webstreams.html' },
    { title: 'developer.mozilla.org', uri: 'https://developer.mozilla.org/en-US/docs/Web/API/TextDecoder/decode' },
    { title: 'docs.python.org', uri: 'https://docs.python.org/3/library/codecs.html' },
  ],
  passages: [
    'Leaving the loop early, by `break` or by an error, also closes the stream.',
    '`{ stream: true }` keeps half a character for the next piece.',
    'The same in Python, where the decoder is an object too',
  ],
  queries: ['node web streams for await', 'TextDecoder stream option', 'python incremental decoder'],
};

const planets: Topic = {
  about: /planet|space|solar|moon|mars|table|compare|astronom|star/i,
  thoughts: ['**Laying out a table**\n\nEight planets, four numbers each. Rounded values are easier to keep.'],
  text: `## The eight planets in one table

Rounded numbers, because the shape of the list is what stays in mind: **four small ones of rock, two giants of gas, two of ice**.

| | Planet | Distance from the Sun | Diameter | Known moons | A day lasts |
|:-:|---|--:|--:|--:|--:|
| ☿ | Mercury | 0.39 au | 4,880 km | 0 | 176 d |
| ♀ | Venus | 0.72 au | 12,100 km | 0 | 117 d |
| ♁ | Earth | 1.00 au | 12,760 km | 1 | 24 h |
| ♂ | Mars | 1.52 au | 6,790 km | 2 | 24.7 h |
| ♃ | Jupiter | 5.20 au | 143,000 km | 90+ | 9.9 h |
| ♄ | Saturn | 9.58 au | 120,500 km | 200+ | 10.7 h |
| ♅ | Uranus | 19.2 au | 51,100 km | 25+ | 17.2 h |
| ♆ | Neptune | 30.1 au | 49,500 km | 14+ | 16.1 h |

One *astronomical unit* (au) is about 150 million kilometres, the mean distance of the Earth from the Sun. Light takes a little over eight minutes for it. 🌞

### What the table hides

- **Venus turns backwards.** Its Sun rises in the west, if anybody could see it through the clouds.
- **Saturn would float**, on a sea large enough: on the whole it is less dense than water.
- **Uranus lies on its side**, tilted by about 98°, so that each pole has decades of light and then decades of night.

### To scale, in a street

Let the Sun be a grapefruit of 14 cm at your door. The Earth is then a grain of 1.3 mm, **15 metres** away; Jupiter a cherry after 78 metres; Neptune a small pea, nearly half a kilometre down the road. The next star is another fruit, on another continent.

Numbers of moons still change, since small ones are found every few years; take them as *at least*. 🔭`,
  deeper: `### Why rock inside and gas outside?

Near the young Sun it was too warm for ice to last, and only metal and rock were left to build from. Beyond the *frost line*, between today's Mars and Jupiter, ice was plentiful; bodies there grew large enough to hold on to hydrogen and helium before the gas was blown away.`,
  sources: [
    { title: 'nasa.gov', uri: 'https://science.nasa.gov/solar-system/planets/' },
    { title: 'wikipedia.org', uri: 'https://en.wikipedia.org/wiki/Astronomical_unit' },
  ],
  passages: [
    'Uranus lies on its side',
    'One *astronomical unit* (au) is about 150 million kilometres, the mean distance of the Earth from the Sun.',
  ],
  queries: ['planets of the solar system facts', ''],
};

const bread: Topic = {
  about: /bread|bake|cook|recipe|food|plan|steps|list|weekend|how do i/i,
  thoughts: [
    '**Weighing the flour**\n\nA plan with times is more use than a recipe alone.',
    '**Nesting the steps**\n\nDay, then task, then detail: three levels are enough.',
  ],
  text: `## A sourdough loaf over one weekend

What you need: 500 g of flour, 350 g of water, 100 g of lively starter, 10 g of salt, and patience. That makes a dough of **about 72 % hydration**, soft but not yet sticky.

1. **Friday evening: wake the starter**
   - Mix 25 g of starter with 50 g of flour and 50 g of water.
   - Leave it in the kitchen, loosely covered.
     - It is ready when a spoonful *floats*.
     - In a cold kitchen (under 20 °C) that takes the night; in a warm one, five hours.
2. **Saturday morning: the dough**
   - Flour and water first, 40 minutes of rest. Bakers call it *autolyse*.
   - Then starter and salt, worked in with wet hands.
     1. Fold four times, every half hour.
     2. Stop when the dough holds its shape for a minute.
   - Let it rise by half, not to double.
3. **Saturday evening: shape and wait**
   - Pull the surface tight, seam up into a floured basket.
   - Into the fridge overnight. The cold slows the yeast more than the bacteria, which is where the taste comes from. 🍞
4. **Sunday: bake**
   - Oven and pot at 250 °C for 45 minutes, before the loaf goes in.
   - 20 minutes with the lid, 25 without, at 230 °C.
   - Done when the middle has 96 °C.

> « Le pain se mange froid. » Wait an hour before the first slice, however hard that is.

- [x] flour
- [x] water
- [ ] patience`,
  deeper: `### If it went flat

Almost always the first rise was too short or the starter too young. Write down the temperature of the dough, not of the room: at 26 °C the rise takes about four hours, at 21 °C about eight. Change one thing at a time.`,
  sources: [
    { title: 'wikipedia.org', uri: 'https://en.wikipedia.org/wiki/Sourdough' },
    { title: 'wikipedia.org', uri: 'https://en.wikipedia.org/wiki/Autolysis_(biology)' },
  ],
  passages: [
    'The cold slows the yeast more than the bacteria, which is where the taste comes from.',
    'Bakers call it *autolyse*.',
  ],
  queries: ['sourdough overnight retard flavour', 'autolyse bread'],
};

const languages: Topic = {
  about: /language|hello|hi\b|translate|word|greet|script|write|say/i,
  thoughts: ['**Collecting greetings**\n\nAs many scripts as possible, each with its name and its direction.'],
  text: `## Hello, in as many scripts as fit here 👋

| Language | Greeting | Read aloud | Written |
|---|---|---|---|
| Deutsch | Grüß Gott | *gryːs gɔt* | left to right |
| Français | Ça va ? | *sa va* | left to right |
| Ελληνικά | Γειά σου | *yá su* | left to right |
| Русский | Здравствуйте | *zdrastvuyte* | left to right |
| العربية | السلام عليكم | *as-salāmu ʿalaykum* | right to left |
| עברית | שלום | *shalom* | right to left |
| हिन्दी | नमस्ते | *namaste* | left to right |
| 日本語 | こんにちは | *konnichiwa* | left to right, or in columns |
| 中文 | 你好 | *nǐ hǎo* | left to right, or in columns |
| 한국어 | 안녕하세요 | *annyeonghaseyo* | left to right |
| ไทย | สวัสดี | *sawatdi* | left to right, no spaces between words |

Some of these look simple and are not:

- **नमस्ते** is six code points and, to a reader, three letters: vowels and joins hang on the consonant before them.
- **안녕하세요** is five blocks, and each block is two or three letters put into a square. The script was made on purpose, and the book that introduced it in 1446 says why:

> 슬기로운 사람은 아침을 마치기도 전에 깨우칠 것이요, 어리석은 사람이라도 열흘이면 배울 수 있다.
>
> *The wise can learn it before the morning is over; even the slow learn it in ten days.*

- **👨‍👩‍👧** is one picture made of three people and two invisible joiners. Cut it in the wrong place and the family falls apart. 🙂

So a *character* is not one thing: bytes, code points and what a reader sees are three different counts.`,
  deeper: `### Which count to use?

Bytes for what travels, code points for limits that a platform sets in them, and *grapheme clusters* for everything a person points at with a cursor. \`Intl.Segmenter\` gives the last of these in JavaScript.`,
  sources: [
    { title: 'unicode.org', uri: 'https://www.unicode.org/reports/tr29/' },
    { title: 'wikipedia.org', uri: 'https://en.wikipedia.org/wiki/Hangul' },
    {
      title: 'developer.mozilla.org',
      uri: 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Intl/Segmenter',
    },
  ],
  passages: [
    'bytes, code points and what a reader sees are three different counts.',
    'The script was made on purpose, and the book that introduced it in 1446 says why:',
    'Cut it in the wrong place and the family falls apart. 🙂',
  ],
  queries: ['unicode grapheme clusters', '훈민정음 해례본'],
};

const sky: Topic = {
  about: /sky|blue|light|colou?r|why|physics|rain|weather|sun/i,
  thoughts: [
    '**Finding the cause**\n\nRayleigh scattering; the fourth power explains blue, the eye explains why not violet.',
    '**Checking the sunset**\n\nThe same law, a longer way through the air.',
  ],
  text: `## Why the sky is blue, and the evening red

Sunlight is a mixture of all colours. On its way through the air it meets molecules far smaller than its waves, and each sends a little of the light off in every direction. How much depends very strongly on the wavelength λ:

\`\`\`text
scattered light ∝ 1 / λ⁴
\`\`\`

The fourth power makes the difference. Blue light (about 450 nm) is scattered **roughly four times as much** as red light (about 650 nm), since (650 / 450)⁴ ≈ 4.4. Wherever you look, away from the Sun, it is that scattered light you see.

**Then why is the sky not violet?** Violet has an even shorter wave, but

- the Sun sends less of it,
- the upper air keeps part of it,
- and our eyes see it poorly.

**And the evening?** 🌇 When the Sun is low its light comes a much longer way through the air. The blue has gone off to the side long before, into somebody else's noon, and what arrives is orange and red.

A small program says the same:

\`\`\`js
for (const nm of [400, 450, 550, 650]) {
  const relative = (650 / nm) ** 4;
  console.log(nm, 'nm', '█'.repeat(Math.round(relative * 4)));
}
\`\`\`

> The same law, twice: what the noon keeps, the evening lacks.

### See it at home

1. Fill a tall glass with water and add a few drops of milk.
2. In a dark room, shine a white torch through it.
3. From the side the water looks *bluish*; through the end, against the lamp, it looks *orange*.

The drops of fat do to the torch what the air does to the Sun.

On Mars it is the other way round, by the way: fine dust makes the day butterscotch and the sunset blue. 🔵`,
  deeper: `### Why not white, then?

Clouds are: their droplets are larger than the waves, so all colours are scattered alike (*Mie scattering*). The blue of the sky is proof that air is made of very small pieces; Einstein and Smoluchowski used it to count them.`,
  sources: [
    { title: 'nasa.gov', uri: 'https://spaceplace.nasa.gov/blue-sky/en/' },
    { title: 'wikipedia.org', uri: 'https://en.wikipedia.org/wiki/Rayleigh_scattering' },
  ],
  passages: [
    "The blue has gone off to the side long before, into somebody else's noon, and what arrives is orange and red.",
    'Blue light (about 450 nm) is scattered **roughly four times as much** as red light (about 650 nm)',
  ],
  queries: ['why is the sky blue', 'rayleigh scattering wavelength'],
};

const halley: Topic = {
  about: /comet|halley|who are you|what can you|help|bot|gemini|model|demo/i,
  thoughts: ['**Introducing the bot**\n\nThe name, then what can be tried here, then how to make it real.'],
  text: `## Two Halleys

**The comet** comes back every 74 to 79 years. Edmond Halley was the first to see that the apparitions of 1531, 1607 and 1682 were one and the same body, and foretold its return; it came at Christmas 1758, sixteen years after his death. It was last near the Sun in 1986, and will be again in **July 2061**. ☄️

> Wherefore, if according to what we have already said it should return again about the year 1758, candid posterity will not refuse to acknowledge that this was first discovered by an Englishman.

**The bot** is what you are talking to. Things to try, right here:

1. Ask something else, and see how the answer is written while you read.
   - A long one: *“How do streams work in Node?”*
   - One with a table: *“Compare the planets.”*
   - One in many scripts: *“Say hello in every language.”*
2. Switch on **search**, and the answer comes with numbered sources.
3. Change the **thinking** depth.
   - *low* answers at once,
   - *high* waits, and says more.
4. Press **Stop** in the middle. What was written stays, and is remembered.
5. Reload the page, or restart the program. The conversation is still there.

To talk to a real model, start it with a key instead:

\`\`\`sh
COMETAPI_KEY=your-key npm run demo
\`\`\`

| With the stand-in | With a key |
|---|---|
| answers from a small collection | answers your question |
| no account, no network | CometAPI, through the native Gemini API |
| the same client, engine and store | the same client, engine and store |`,
  deeper: `### What is real here

Everything but the model. The request on the wire is the one Gemini would get, the stream is cut and delayed as a real one is, and the memory is the SQLite file of the bot itself.`,
  sources: [
    { title: 'nasa.gov', uri: 'https://science.nasa.gov/solar-system/comets/1p-halley/' },
    { title: 'wikipedia.org', uri: 'https://en.wikipedia.org/wiki/Halley%27s_Comet' },
  ],
  passages: [
    'It was last near the Sun in 1986, and will be again in **July 2061**.',
    '**The comet** comes back every 74 to 79 years.',
  ],
  queries: ["Halley's comet next return"],
};

const sorting: Topic = {
  about: /sort|algorithm|fast|search|rust|data|number|math|big o|complex/i,
  thoughts: ['**Choosing two sorts**\n\nOne to understand, one to use; in two languages, so that the idea shows.'],
  text: `## Sorting: one to understand, one to use

**Insertion sort** is what hands do with playing cards: take the next, move it left until it fits.

\`\`\`rust
fn insertion_sort<T: PartialOrd>(items: &mut [T]) {
    for next in 1..items.len() {
        let mut at = next;
        while at > 0 && items[at - 1] > items[at] {
            items.swap(at - 1, at);
            at -= 1;
        }
    }
}
\`\`\`

For twenty items nothing is faster. For twenty thousand it is hopeless, because twice as many items take *four* times as long.

**Merge sort** divides first. Two lists that are sorted already can be joined by looking at their heads only:

\`\`\`python
def merge_sort(items: list[int]) -> list[int]:
    if len(items) < 2:
        return items
    middle = len(items) // 2
    left, right = merge_sort(items[:middle]), merge_sort(items[middle:])
    merged = []
    while left and right:
        merged.append((left if left[0] <= right[0] else right).pop(0))
    return merged + left + right
\`\`\`

| Items | Insertion (about n² / 4 steps) | Merge (about n · log₂ n steps) |
|--:|--:|--:|
| 10 | 25 | 33 |
| 1,000 | 250,000 | 10,000 |
| 1,000,000 | 250,000,000,000 | 20,000,000 |

Real libraries use **both**: *Timsort*, in Python since 2002 and in V8 since 2018, looks for runs that are in order already, sorts short ones by insertion, and merges the rest. It is *stable* too: what is equal stays in its order. ✅

- Sort by the less important key first, then by the more important one.
- In JavaScript, \`[10, 9, 1].sort()\` gives \`[1, 10, 9]\`: without a comparison it sorts *text*. ⚠️`,
  deeper: `### Why not better than n · log n?

A sort that only compares must tell n! orders apart, and each comparison halves them at best. That takes log₂(n!) comparisons, which is about n · log₂ n. Sorts that look *into* the keys, such as radix sort, are not bound by it.`,
  sources: [
    { title: 'v8.dev', uri: 'https://v8.dev/blog/array-sort' },
    {
      title: 'developer.mozilla.org',
      uri: 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Array/sort',
    },
    { title: 'wikipedia.org', uri: 'https://en.wikipedia.org/wiki/Timsort' },
  ],
  passages: [
    'Real libraries use **both**: *Timsort*, in Python since 2002 and in V8 since 2018',
    'without a comparison it sorts *text*',
    'It is *stable* too: what is equal stays in its order.',
  ],
  queries: ['timsort v8', 'array sort stable javascript'],
};

/** The first that a question asks for is the one it gets. */
export const topics: readonly Topic[] = [halley, planets, bread, sorting, streams, languages, sky];

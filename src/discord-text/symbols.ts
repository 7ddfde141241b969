/** Signs of LaTeX by the name of their command, letters above and below the line, and what stands over a letter. */

/** Pairs of a name and a sign, with spaces between them. */
function pairs(text: string): ReadonlyMap<string, string> {
  const words = text.trim().split(/\s+/u);
  return new Map(words.flatMap((name, at) => (at % 2 === 0 ? [[name, words[at + 1] ?? '']] : [])));
}

/** No sign among them is a `|`, which could turn a line into a table's row. */
export const SYMBOLS = pairs(String.raw`
  alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ nu ν
  xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω
  Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
  times × div ÷ cdot · pm ± mp ∓ ast ∗ star ⋆ circ ∘ bullet • oplus ⊕ ominus ⊖ otimes ⊗ odot ⊙ wedge ∧ land ∧ vee ∨
  lor ∨ neg ¬ lnot ¬ cup ∪ cap ∩ setminus ∖ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ sqcup ⊔ sqcap ⊓ dagger † ddagger ‡
  leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ approx ≈ equiv ≡ sim ∼ simeq ≃ cong ≅ propto ∝ ll ≪ gg ≫ prec ≺ succ ≻ doteq ≐
  leqslant ⩽ geqslant ⩾ coloneqq ≔ triangleq ≜ lt < gt >
  in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ emptyset ∅ varnothing ∅ forall ∀ exists ∃ nexists ∄
  perp ⊥ parallel ∥ mid ∣ nmid ∤ vert ∣ lvert ∣ rvert ∣ Vert ‖ lVert ‖ rVert ‖ vdash ⊢ models ⊨ top ⊤ bot ⊥
  to → rightarrow → leftarrow ← gets ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ iff ⇔ implies ⇒
  mapsto ↦ uparrow ↑ downarrow ↓ longrightarrow ⟶ longleftarrow ⟵ Longrightarrow ⟹ hookrightarrow ↪ nearrow ↗ searrow ↘
  rightleftharpoons ⇌ xrightarrow →
  sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ partial ∂ nabla ∇ infty ∞ surd √ angle ∠ triangle △ square □
  Box □ blacksquare ■ qed ∎ therefore ∴ because ∵ degree ° prime ′ hbar ℏ ell ℓ Re ℜ Im ℑ aleph ℵ wp ℘ imath ı jmath ȷ
  ldots … dots … cdots ⋯ dotsc … dotsb ⋯ vdots ⋮ ddots ⋱ langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉
  lbrace { rbrace } lbrack [ rbrack ] backslash ∖ checkmark ✓ S § P ¶ copyright © pounds £ euro €
`);

export const ABOVE = pairs(`
  0 ⁰ 1 ¹ 2 ² 3 ³ 4 ⁴ 5 ⁵ 6 ⁶ 7 ⁷ 8 ⁸ 9 ⁹ + ⁺ - ⁻ − ⁻ = ⁼ ( ⁽ ) ⁾ a ᵃ b ᵇ c ᶜ d ᵈ e ᵉ f ᶠ g ᵍ h ʰ i ⁱ j ʲ k ᵏ l ˡ m ᵐ n ⁿ
  o ᵒ p ᵖ r ʳ s ˢ t ᵗ u ᵘ v ᵛ w ʷ x ˣ y ʸ z ᶻ A ᴬ B ᴮ D ᴰ E ᴱ G ᴳ H ᴴ I ᴵ J ᴶ K ᴷ L ᴸ M ᴹ N ᴺ O ᴼ P ᴾ R ᴿ T ᵀ U ᵁ V ⱽ W ᵂ
  β ᵝ γ ᵞ δ ᵟ θ ᶿ ∘ ° ° ° ′ ′ ∗ * * *
`);

export const BELOW = pairs(`
  0 ₀ 1 ₁ 2 ₂ 3 ₃ 4 ₄ 5 ₅ 6 ₆ 7 ₇ 8 ₈ 9 ₉ + ₊ - ₋ − ₋ = ₌ ( ₍ ) ₎ a ₐ e ₑ h ₕ i ᵢ j ⱼ k ₖ l ₗ m ₘ n ₙ o ₒ p ₚ r ᵣ s ₛ t ₜ
  u ᵤ v ᵥ x ₓ β ᵦ γ ᵧ ρ ᵨ φ ᵩ χ ᵪ
`);

/** Letters with a double stroke, of the sets that have names. */
export const DOUBLE_STROKE = pairs('A 𝔸 C ℂ E 𝔼 F 𝔽 H ℍ K 𝕂 N ℕ P ℙ Q ℚ R ℝ S 𝕊 Z ℤ 1 𝟙');

/** Signs that stand over the letter before them. */
export const OVER: ReadonlyMap<string, string> = new Map([
  ['hat', '\u0302'],
  ['widehat', '\u0302'],
  ['bar', '\u0304'],
  ['overline', '\u0305'],
  ['vec', '\u20d7'],
  ['overrightarrow', '\u20d7'],
  ['tilde', '\u0303'],
  ['widetilde', '\u0303'],
  ['dot', '\u0307'],
  ['ddot', '\u0308'],
  ['underline', '\u0332'],
]);

/** Commands that show the group behind them as it is written, and those that only change what it looks like. */
export const WORDS: ReadonlySet<string> = new Set('text textrm textbf textit texttt mbox operatorname ce'.split(' '));
export const STYLES: ReadonlySet<string> = new Set(
  'mathrm mathbf mathit mathsf mathtt mathcal mathscr mathfrak boldsymbol bm pmb boxed phantom'.split(' '),
);
/** Names that are written as they are. */
export const NAMES: ReadonlySet<string> = new Set(
  'sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh exp log ln lg lim limsup liminf max min sup inf det dim ker gcd arg deg hom mod bmod Pr'.split(
    ' ',
  ),
);
/** What has to do with size and space alone. */
export const UNSEEN: ReadonlySet<string> = new Set(
  'left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr displaystyle textstyle scriptstyle limits nolimits nonumber notag'.split(
    ' ',
  ),
);

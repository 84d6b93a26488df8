"""One node per thing: names, abbreviations, kinds, ids and variants over all papers."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked_papers import corpus, entity, linked, node, ties

from kg.errors import InputError
from kg.extraction.gold import gold_mentions, gold_texts, read_gold
from kg.families import broader_kinds, family_names
from kg.link_report import judge_gold
from kg.linking import Linked, link, read_aliases
from kg.names import normal_form
from kg.schema import Entity, Mention, Paper

ROOT = Path(__file__).parents[1]


def test_spellings_are_one_node_with_all_its_forms() -> None:
    result = linked(
        "[ImageNet-1K|DATASET]", "[ImageNet1k|DATASET]", "[ImageNet-1K|DATASET] [ImageNet-1k|DATASET]"
    )
    (found,) = result.entities
    assert found.id == "dataset:imagenet-1k"
    assert found.label == "ImageNet-1K"
    assert found.aliases == ("ImageNet-1k", "ImageNet1k")
    assert (found.n_papers, found.n_mentions) == (3, 4)


def test_a_class_is_named_in_lower_case_and_a_named_thing_as_it_is_written() -> None:
    result = linked(
        "[Large Language Models|MODEL] ([LLMs|MODEL])", "[large language models|MODEL]", "[LLM|MODEL]"
    )
    (found,) = result.entities
    assert (found.id, found.label) == ("model:large-language-model", "large language model")
    result = linked("[Tokens-to-Token ViT|MODEL introduces] ([T2T-ViT|MODEL introduces])")
    assert [(e.id, e.label) for e in result.entities] == [("model:t2t-vit", "T2T-ViT")]


def test_an_abbreviation_without_expansion_takes_the_one_that_other_papers_agree_on() -> None:
    result = linked(
        "[knowledge distillation|METHOD] ([KD|METHOD])",
        "[Knowledge Distillation|METHOD] ([KD|METHOD])",
        "[knowledge distillation|METHOD] ([KD|METHOD])",
        "[KD|METHOD]",
    )
    assert node(result, 4, "KD") == node(result, 1, "knowledge distillation")


def test_an_abbreviation_of_two_things_stays_itself() -> None:
    result = linked(
        "[contrastive learning|METHOD] ([CL|METHOD])",
        "[continual learning|METHOD] ([CL|METHOD])",
        "[CL|METHOD]",
    )
    nodes = {node(result, 1, "CL"), node(result, 2, "CL"), node(result, 3, "CL")}
    assert nodes == {"method:contrastive-learning", "method:continual-learning", "method:cl"}


def test_what_else_a_paper_names_tells_what_its_abbreviation_stands_for() -> None:
    result = linked(
        "[contrastive learning|METHOD] ([CL|METHOD]) on [ImageNet|DATASET] with [SimCLR|METHOD]",
        "[contrastive learning|METHOD] ([CL|METHOD]) on [ImageNet|DATASET] with [SimCLR|METHOD]",
        "[continual learning|METHOD] ([CL|METHOD]) on [Split MNIST|DATASET] with [EWC|METHOD]",
        "[continual learning|METHOD] ([CL|METHOD]) on [Split MNIST|DATASET] with [EWC|METHOD]",
        "[CL|METHOD] with [EWC|METHOD] on [Split MNIST|DATASET]",
    )
    assert node(result, 5, "CL") == "method:continual-learning"


def test_an_abbreviation_never_takes_the_expansion_of_another_kind() -> None:
    result = linked(
        "[grouped-query attention|METHOD] ([GQA|METHOD])",
        "[grouped-query attention|METHOD] ([GQA|METHOD])",
        "[GQA|DATASET]",
        "[GQA|DATASET]",
    )
    assert node(result, 3, "GQA") == node(result, 4, "GQA") == "dataset:gqa"
    assert node(result, 1, "GQA") == "method:grouped-query-attention"


def test_wordings_of_one_abbreviation_are_one() -> None:
    result = linked(
        "[vision-and-language navigation|TASK] ([VLN|TASK])", "[Vision-Language Navigation|TASK] ([VLN|TASK])"
    )
    assert len(result.entities) == 1


def test_a_phrase_with_a_common_abbreviation_is_the_phrase_spelled_out() -> None:
    define = "[reinforcement learning|METHOD] ([RL|METHOD])"
    result = linked(define, define, define, "[offline RL|METHOD]", "[offline reinforcement learning|METHOD]")
    assert node(result, 4, "offline RL") == node(result, 5, "offline reinforcement learning")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[AIME 2024|DATASET]", "[AIME24|DATASET]"),
        ("[AlpacaEval 2|DATASET]", "[AlpacaEval 2.0|DATASET]"),
        ("[SQuAD v1.1|DATASET]", "[SQuAD 1.1|DATASET]"),
        ("[Llama-3 (8B)|MODEL]", "[Llama-3-8B|MODEL]"),
        ("[OpenAI-o1|MODEL]", "[o1|MODEL]"),
        ("[merging models|METHOD]", "[Model Merging|METHOD]"),
        ("[detection of objects|TASK]", "[object detection|TASK]"),
        ("[incremental class learning|TASK]", "[class-incremental learning|TASK]"),
        ("[Instruction Tuned|METHOD]", "[instruction tuning|METHOD]"),
        ("[vision-and-language navigation|TASK]", "[vision-language navigation|TASK]"),
        ("[OOD detection|TASK]", "[out-of-distribution detection|TASK]"),
        ("[open domain QA|TASK]", "[open-domain question answering|TASK]"),
        ("[multilingual translation|TASK]", "[multilingual machine translation|TASK]"),
        ("[math reasoning|TASK]", "[mathematical reasoning|TASK]"),
        ("[De|LANGUAGE]", "[German|LANGUAGE]"),
    ],
)
def test_other_ways_to_write_a_name_are_one_node(one: str, other: str) -> None:
    assert len(linked(one, other).entities) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[CIFAR-10|DATASET]", "[CIFAR-100|DATASET]"),
        ("[AIME 2024|DATASET]", "[AIME 2025|DATASET]"),
        ("[Meta-Transformer|MODEL]", "[Transformer|MODEL]"),
        ("[image translation|TASK]", "[machine translation|TASK]"),
        ("[text-to-video generation|TASK]", "[video-to-text generation|TASK]"),
        ("[speech to text translation|TASK]", "[text to speech translation|TASK]"),
        ("[WordNet|DATASET]", "[word network|MODEL]"),
        ("[data pruning|METHOD]", "[pruning|METHOD]"),
        ("[TS|LANGUAGE]", "[Tsonga|LANGUAGE]"),
    ],
)
def test_names_that_look_alike_stay_two_nodes(one: str, other: str) -> None:
    assert len({m.entity for m in linked(one, other).mentions}) == 2


def test_an_abbreviation_that_no_paper_defines_stands_for_what_the_field_means() -> None:
    result = linked("we train with [DPO|METHOD]", "[direct preference optimization|METHOD]")
    assert node(result, 1, "DPO") == node(result, 2, "direct preference optimization")
    result = linked(
        "in [MAE|METRIC]", "like [MAE|MODEL]", "[mean absolute error|METRIC]", "[masked autoencoder|MODEL]"
    )
    assert node(result, 1, "MAE") == node(result, 3, "mean absolute error")
    assert node(result, 2, "MAE") == node(result, 4, "masked autoencoder")


def test_what_the_papers_say_goes_before_what_the_field_means() -> None:
    result = linked(
        *["[dual prompt optimization|METHOD] ([DPO|METHOD])"] * 3,
        "we train with [DPO|METHOD]",
        "[direct preference optimization|METHOD]",
    )
    assert (
        node(result, 4, "DPO") == node(result, 1, "DPO") != node(result, 5, "direct preference optimization")
    )


def test_a_paper_that_coins_an_abbreviation_does_not_mean_the_usual_thing() -> None:
    result = linked("we propose [DPO|METHOD introduces]", "[direct preference optimization|METHOD]")
    assert len(result.entities) == 2


def test_a_data_set_and_a_task_of_one_name_stay_two() -> None:
    result = linked("on [VQA|DATASET]", "for [VQA|TASK]")
    assert len(result.entities) == 2


def test_names_of_one_language_are_one_with_its_code() -> None:
    result = linked("[Farsi|LANGUAGE]", "[Persian|LANGUAGE]", "[Python|LANGUAGE]")
    assert {(e.code, e.n_papers) for e in result.entities} == {("fas", 2), (None, 1)}


def test_a_coined_name_is_not_merged_with_an_older_one() -> None:
    result = linked(
        "we use [Adam|METHOD]",
        "with [Adam|METHOD]",
        "[ADAM|METHOD introduces] ([ADapt And Merge|METHOD introduces])",
    )
    assert node(result, 3, "ADAM") != node(result, 1, "Adam") == node(result, 2, "Adam")


def test_two_things_of_one_name_and_kind_get_a_qualifier() -> None:
    result = linked(
        "[RRL|METHOD introduces] ([robust reward learning|METHOD introduces])",
        "[RRL|METHOD introduces] ([residual reinforcement learning|METHOD introduces])",
    )
    assert {(e.id, e.label) for e in result.entities} == {
        ("method:rrl-robust-reward-learning", "RRL (robust reward learning)"),
        ("method:rrl-residual-reinforcement-learning", "RRL (residual reinforcement learning)"),
    }


def test_a_kind_goes_with_the_evidence() -> None:
    result = linked("[BERT|MODEL]", "[BERT|MODEL]", "[BERT|MODEL]", "[BERT|METHOD] and [BERT|METHOD]")
    assert [e.id for e in result.entities] == ["model:bert"]
    assert {m.label for m in result.mentions} == {"MODEL"}


def test_two_kinds_that_papers_mean_stay_two() -> None:
    result = linked("[SGD|METHOD]", "[SGD|METHOD]", "[SGD|DATASET]", "[SGD|DATASET]")
    assert {e.id for e in result.entities} == {"method:sgd", "dataset:sgd"}


def test_mentions_of_an_entity_in_a_paper_share_the_first_relation_that_fits() -> None:
    result = linked("[LLMs|MODEL mentions] ([large language models|MODEL uses]), [BERT|MODEL compares]")
    assert {m.text: m.relation for m in result.mentions} == {
        "LLMs": "uses",
        "large language models": "uses",
        "BERT": "compares",
    }


@pytest.mark.parametrize(
    ("name", "kind", "families"),
    [
        ("LLaMA-2-7B-Chat", "model", ["LLaMA-2-7B", "LLaMA-2", "LLaMA"]),
        ("Llama 2 70B", "model", ["Llama 2", "Llama"]),
        ("ViT-L/16", "model", ["ViT-L", "ViT"]),
        ("GPT-3.5-turbo", "model", ["GPT-3.5", "GPT"]),
        ("ResNet50", "model", ["ResNet"]),
        ("BERT-base", "model", ["BERT"]),
        ("Sherkala-Chat (8B)", "model", ["Sherkala-Chat", "Sherkala"]),
        ("Llama-3-Physician", "model", ["Llama-3", "Llama"]),
        ("WMT14", "dataset", ["WMT"]),
        ("ImageNet-1K", "dataset", ["ImageNet"]),
        ("Split CIFAR-100", "dataset", ["Split CIFAR", "CIFAR-100", "CIFAR"]),
        ("MiniWoB++", "dataset", ["MiniWoB"]),
        ("Recall@10", "metric", ["Recall@k"]),
        ("C++", "language", []),
        ("SELF-GUIDE", "method", []),
        ("CLIN-X", "model", []),
        ("T5", "model", []),
        ("GNN-Bank", "dataset", []),
        ("GPT", "model", []),
    ],
)
def test_families_of_named_things(name: str, kind: str, families: list[str]) -> None:
    found = family_names(name, kind)
    assert [f for f in found if f in families] == families
    assert bool(found) == bool(families)


def test_what_a_class_narrows() -> None:
    assert broader_kinds("deep reinforcement learning")[0] == "reinforcement learning"
    assert "supervised learning" not in broader_kinds("self-supervised learning")
    assert "human feedback" not in broader_kinds("learning from human feedback")


def test_variants_are_tied_to_the_nearest_family() -> None:
    result = linked(
        "[LLaMA-2-7B-Chat|MODEL], [Llama 2|MODEL]", "[LLaMA|MODEL]", "[LLaMA|MODEL] and [ViT-B|MODEL]"
    )
    assert ties(result) == {("LLaMA-2-7B-Chat", "Llama 2"), ("Llama 2", "LLaMA")}
    assert all(variant.evidence for variant in result.variants)


def test_a_family_that_no_paper_names_gets_a_node_when_two_need_it() -> None:
    result = linked("[WMT14|DATASET]", "[WMT19|DATASET]", "[Food-101|DATASET]")
    assert ties(result) == {("WMT14", "WMT"), ("WMT19", "WMT")}
    family = entity(result, "dataset:wmt")
    assert (family.n_papers, family.n_mentions, family.first_date) == (0, 0, None)
    assert not any(e.label == "Food" for e in result.entities)


def test_narrower_kinds_are_tied_to_the_broader_one() -> None:
    result = linked(
        "[reinforcement learning|METHOD]",
        "[reinforcement learning|METHOD]",
        "[deep reinforcement learning|METHOD]",
    )
    assert ties(result) == {("deep reinforcement learning", "reinforcement learning")}


@pytest.mark.parametrize(
    ("variant", "family"),
    [
        ("[large-language-model|MODEL] or [large language models|MODEL]", "[language model|MODEL]"),
        ("[reinforcement learning from human feedback|METHOD]", "[reinforcement learning|METHOD]"),
        ("[linear RNNs|MODEL]", "[RNN|MODEL], [RNN|MODEL]"),
        ("[Malaysian Mistral|MODEL]", "[Mistral|MODEL]"),
        ("[T5-XXL|MODEL]", "[T5|MODEL]"),
        ("[FLAN-PaLM 62B|MODEL]", "[PaLM 62B|MODEL]"),
        ("[M-CLIP|MODEL introduces] and [CLIP|MODEL]", ""),
        ("[synthetic continued pretraining|METHOD introduces]", "[continued pretraining|METHOD]"),
        ("[Modern Standard Arabic|LANGUAGE]", "[Arabic|LANGUAGE]"),
        ("[video summarization|TASK]", "[summarization|TASK]"),
    ],
)
def test_a_narrower_kind_or_a_derived_name_is_tied(variant: str, family: str) -> None:
    result = linked(variant, family, family, family)
    assert len(result.variants) == 1


def test_a_letter_more_is_no_variant_of_what_its_paper_does_not_name() -> None:
    assert not ties(linked("[CLIN-X|MODEL introduces]", "[CLIN|MODEL]"))
    assert not ties(linked("[bert2BERT|METHOD introduces]", "[BERT|MODEL]", "[BERT|MODEL]"))


def test_an_abbreviation_in_common_makes_no_family() -> None:
    result = linked(
        "[GPT|MODEL]", "[GPT|MODEL]", "[GPT|METHOD introduces] ([graph prompt tuning|METHOD introduces])"
    )
    assert not result.variants
    assert node(result, 3, "GPT") != node(result, 1, "GPT")


def test_the_first_date_is_that_of_the_earliest_paper() -> None:
    papers, mentions = corpus("[LoRA|METHOD]", "[LoRA|METHOD]", dates=["2024-03-24", "2021"])
    assert link(papers, mentions).entities[0].first_date == "2021"


def test_an_id_that_is_gone_stays_with_its_heir() -> None:
    before = linked("[DFKD|METHOD]", "[Wikipedia|METHOD]")
    result = link(
        *corpus(
            "[DFKD|METHOD]",
            "[data-free knowledge distillation|METHOD] ([DFKD|METHOD])",
            "[Wikipedia|DATASET]",
            "[Wikipedia|DATASET]",
        ),
        before.entities,
    )
    former = {e.id: e.former_ids for e in result.entities}
    assert former["method:data-free-knowledge-distillation"] == ("method:dfkd",)
    assert former["dataset:wikipedia"] == ("method:wikipedia",)


def test_former_ids_are_handed_on_and_a_living_id_is_none() -> None:
    old = Entity("model:bert", "model", "BERT", former_ids=("method:bert", "dataset:glue"))
    result = link(*corpus("[BERT|MODEL] on [GLUE|DATASET]"), [old])
    assert {e.id: e.former_ids for e in result.entities} == {
        "model:bert": ("method:bert",),
        "dataset:glue": (),
    }


def test_an_id_does_not_change_with_the_most_frequent_spelling() -> None:
    texts = ["[GPT-3|MODEL]", "[GPT-3|MODEL]", "[GPT3|MODEL]", "[GPT3|MODEL]", "[GPT3|MODEL]"]
    before, after = linked(*texts[:3]).entities[0], linked(*texts).entities[0]
    assert (before.label, after.label) == ("GPT-3", "GPT3")
    assert before.id == after.id


def test_nothing_gives_nothing() -> None:
    assert link([], []) == Linked([], [], [])
    assert link([Paper("1", "T")], []).entities == []


def test_a_mention_of_an_unknown_paper_is_an_error_that_names_it() -> None:
    with pytest.raises(InputError, match="'x7'"):
        link([], [Mention("x7", 0, 1, "A", "MODEL")])


NOISE = [
    "",
    " ",
    "$$",
    r"\textbf{}",
    "(",
    "s",
    "'s",
    "-",
    "İ",
    "🙂",
    "a" * 300,
    "C++",
    "中文",
    "GPT-",
    "@k",
    "()",
]


@given(
    st.lists(st.tuples(st.sampled_from(NOISE), st.sampled_from(("MODEL", "LANGUAGE", "METRIC"))), max_size=6)
)
def test_noise_gets_a_node_too(found: list[tuple[str, str]]) -> None:
    text, mentions = "", []
    for form, label in found:
        start = len("T\n") + len(text)
        mentions.append(Mention("1", start, start + len(form), form, label))
        text += form + " . "
    result = link([Paper("1", "T", text)], mentions)
    ids = {e.id for e in result.entities}
    assert all(m.entity in ids for m in result.mentions)
    assert all(re.fullmatch(r"[a-z]+:\S+", entity_id) for entity_id in ids)


FORMS = [
    "[LLMs|MODEL] ",
    "[LLM|MODEL] ",
    "[large language models|MODEL] ([LLMs|MODEL]) ",
    "[CL|METHOD] ",
    "[contrastive learning|METHOD] ([CL|METHOD]) ",
    "[continual learning|TASK] ([CL|TASK]) ",
    "[GPT-3|MODEL introduces] ",
    "[GPT3|MODEL] ",
    "[GPT-4|MODEL] ",
    "[GPT|METHOD introduces] ([graph prompt tuning|METHOD introduces]) ",
    "[ImageNet-1k|DATASET] ",
    "[ImageNet|DATASET] ",
    "[BERT|METHOD] ",
    "[BERT-base|MODEL] ",
    "[BERT|MODEL mentions] ",
    "[RRL|METHOD] ([robust reward learning|METHOD]) ",
    "[RRL|METHOD] ([residual RL|METHOD]) ",
]


@given(st.lists(st.lists(st.sampled_from(FORMS), max_size=5).map("".join), max_size=8), st.randoms())
def test_linking_is_a_function_of_the_set_of_papers(texts: list[str], rng: random.Random) -> None:
    papers, mentions = corpus(*texts)
    straight = link(papers, mentions)
    shuffled = list(zip(range(len(mentions)), mentions, strict=True))
    rng.shuffle(shuffled)
    rng.shuffle(papers)
    again = link(papers, [mention for _, mention in shuffled])
    assert again.entities == straight.entities
    assert again.variants == straight.variants
    assert again.mentions == [straight.mentions[i] for i, _ in shuffled]


@given(st.lists(st.lists(st.sampled_from(FORMS), max_size=5).map("".join), max_size=8), st.integers(0, 8))
def test_a_build_in_two_halves_is_the_build_at_once(texts: list[str], half: int) -> None:
    papers, mentions = corpus(*texts)
    first = {paper.id for paper in papers[:half]}
    before = link(papers[:half], [m for m in mentions if m.paper in first])
    after = link(papers, mentions, before.entities)
    assert Linked(
        [replace(e, former_ids=()) for e in after.entities], after.mentions, after.variants
    ) == link(papers, mentions)
    known = {e.id for e in after.entities} | {old for e in after.entities for old in e.former_ids}
    assert {e.id for e in before.entities} <= known
    assert link(papers, mentions, after.entities) == after


@given(st.lists(st.lists(st.sampled_from(FORMS), max_size=5).map("".join), max_size=8))
def test_what_holds_for_every_graph(texts: list[str]) -> None:
    papers, mentions = corpus(*texts)
    result = link(papers, mentions)
    ids = [e.id for e in result.entities]
    assert ids == sorted(set(ids))
    labels = [(e.kind, normal_form(e.label, e.kind.upper())) for e in result.entities]
    assert len(set(labels)) == len(labels)
    for variant in result.variants:
        assert {variant.source, variant.target} <= set(ids)
    tree = nx.DiGraph((v.source, v.target) for v in result.variants)
    assert nx.is_directed_acyclic_graph(tree)
    counted = {e.id: (e.n_papers, e.n_mentions) for e in result.entities if e.n_papers}
    for entity_id in counted:
        found = [m for m in result.mentions if m.entity == entity_id]
        assert counted[entity_id] == (len({m.paper for m in found}), len(found))


def test_the_alias_file_has_a_source_on_each_line_and_no_name_twice() -> None:
    text = (ROOT / "kg" / "data" / "aliases.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    assert all(len(cells) == 5 and all(cells) for cells in lines)
    names = [name for same in read_aliases().same for name in same.names]
    assert len(names) == len(set(names)) > 150


@pytest.fixture(scope="module")
def gold() -> tuple[list[Paper], list[Mention]]:
    """The annotated seed papers and their mentions."""
    path = ROOT / "seeds" / "gold" / "seeds.jsonl"
    annotated = read_gold(path)
    papers = gold_texts(annotated, [ROOT / "seeds" / "pages"], path)
    return papers, gold_mentions(annotated, papers)


@pytest.fixture(scope="module")
def seeds(gold: tuple[list[Paper], list[Mention]]) -> Linked:
    return link(*gold)


def test_linking_across_the_gold_papers() -> None:
    """Hard pairs; measured: precision 99.5, recall 96.5 of `same`, 110 of 117 variants tied.

    The aim is precision 98, recall 92, 85 % tied; what is reached may only rise.
    """
    gold = ROOT / "seeds" / "gold"
    report = judge_gold(gold / "links.jsonl", gold / "seeds.jsonl", [ROOT / "seeds" / "pages"])
    assert report.seen == report.pairs
    assert report.precision >= 99
    assert report.recall >= 96
    assert report.tied >= 0.93 * (report.tied + len(report.untied))


def test_no_two_nodes_of_the_seeds_differ_in_spelling_only(seeds: Linked) -> None:
    labels = [(e.kind, normal_form(e.label, e.kind.upper())) for e in seeds.entities]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("seed", range(3))
def test_ids_of_the_seeds_hold_when_a_tenth_is_added(
    gold: tuple[list[Paper], list[Mention]], seeds: Linked, seed: int
) -> None:
    """Measured over eight such draws: 0.19 % of ids change on average, 0.40 % at most."""
    papers, mentions = gold
    drawn = random.Random(seed).sample(papers, len(papers) * 10 // 11)
    kept = {paper.id for paper in drawn}
    before = link(drawn, [m for m in mentions if m.paper in kept])
    gone = {e.id for e in before.entities} - {e.id for e in seeds.entities}
    assert len(gone) <= 0.005 * len(before.entities)
    after = link(papers, mentions, before.entities)
    assert gone <= {old for e in after.entities for old in e.former_ids}
    assert [replace(e, former_ids=()) for e in after.entities] == seeds.entities

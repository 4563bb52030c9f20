from __future__ import annotations

from typing import get_args

import pytest

from shared.keywords.stems import stems
from shared.keywords.terms import terms_of
from shared.web.collection_views import Language

# Forms of one word, as a document and a query may have them.
FORMS = {
    "arabic": "الكتاب كِتَاب كتاب",
    "armenian": "քաղաք քաղաքներ",
    "basque": "liburu liburuak",
    "catalan": "gat gats",
    "danish": "hund hunden",
    "dutch": "boek boeken",
    "english": "generalization Generalizations",
    "finnish": "talo talossa taloissa",
    "french": "maison MAISONS",
    "german": "Haus Häuser Hauses",
    "greek": "δρόμος δρόμοι ΔΡΌΜΟΣ",
    "hindi": "लड़का लड़के लड़कों",
    "hungarian": "ház házak házban",
    "indonesian": "baca membaca bacaan",
    "irish": "fear bhfear",
    "italian": "amico amici",
    "lithuanian": "knyga knygos",
    "nepali": "किताब किताबहरू",
    "norwegian": "bok boken",
    "portuguese": "livro livros",
    "romanian": "cărţi cărți",
    "russian": "книга книги КНИГАМИ",
    "serbian": "knjiga књига књиге",
    "spanish": "canción canciones",
    "swedish": "hus huset",
    "tamil": "புத்தகம் புத்தகங்கள்",
    "turkish": "KİTAP kitaplar",
    "yiddish": "ארבעט אַרבעט",
}


def test_every_language_of_a_collection_is_here() -> None:
    assert set(FORMS) == set(get_args(Language))


@pytest.mark.parametrize("language", FORMS)
def test_forms_of_a_word_are_one_term(language: str) -> None:
    assert len(terms_of(FORMS[language], language=language, collection_no=1).numbers) == 1
    assert len(terms_of(FORMS[language], language=None, collection_no=1).numbers) > 1 or language in (
        "yiddish",
        "arabic",
    )


@pytest.mark.parametrize("language", FORMS)
def test_other_scripts_and_numbers_pass_any_language(language: str) -> None:
    words = ["東京", "猫", "1234", "\U0001f525"]
    assert stems(words, language) == words


def test_without_a_language_words_stay() -> None:
    assert stems(["houses", "running"], None) == ["houses", "running"]


def test_no_word_is_dropped() -> None:
    assert stems(["the", "and", "of", "a"], "english") == ["the", "and", "of", "a"]


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(KeyError):
        stems(["word"], "klingon")

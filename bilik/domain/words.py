"""Indonesian chat writing into plain words: one spelling per word, for every reader of a message.

The choice resolver, the confirmation gate and the intent model all read messages through
:func:`words`, so that what one understands the others do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARACTERS = 1000
"""Longer messages are cut before they are read; nobody needs more to name a candidate."""

_ZERO_WIDTH = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"))
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[,.;:!?\n…&/()%-]")
_REDUPLICATED = re.compile(
    r"\b(?!(?:no|nmr|nomor|nomer|paslon|calon|cagub|cabup|gub|bup|urut|kades|rt|rw|tps)2\b)"
    r"([^\W\d_]{2,})2(?=\b|nya\b)"
)

_I = "saya|sya|sy|aku|gue|gw|kulo|kula|abdi|beta|sa"
_PHRASES = (
    (
        re.compile(
            r"\b(siapa|sapa|sopo|saha|sia|sape|sapo|siape|siapo|sinten|sien)[ -]+(\1|pun)\b|"
            r"\bsasaha\b"
        ),
        "siapapun",
    ),
    # no condition, but having to choose: "kalau saya disuruh milih ya saya pilih 2"
    (
        re.compile(
            rf"\b(?:kalau|kalo|klo|kl|nek|lamun|mun|yen) ({_I}) "
            r"(?:disuruh|harus|mesti|ditanya|diminta|dikon|kudu) "
            rf"(?:milih|pilih|memilih|nyoblos|coblos)\b(?=.* (?:{_I}) )"
        ),
        r"\1",
    ),
    # who decided after a debate does not campaign with it
    (
        re.compile(
            r"\b(?:nonton|liat|lihat|nyimak|dengerin|ikutin|waktu|pas|abis|habis|setelah|sesudah"
            r"|sehabis) debat(?:nya)?\b"
        ),
        "nonton",
    ),
    (
        re.compile(
            rf"\b({_I}) (?:seorang |cuma |hanya )?(?:warga|penduduk|rakyat|ibu rumah tangga|petani"
            r"|nelayan|pedagang|pensiunan|buruh|guru|mahasiswa|pelajar|siswa|lansia|janda|perantau"
            r"|tukang|sopir|karyawan|penyintas|difabel|tunanetra|disabilitas)\b"
        ),
        r"\1",
    ),
    (
        re.compile(
            r"\b(?:jangan|jgn|jngn|aja|ojo|ulah) (?:sampai |sampe |nganti )?(?:salah|keliru|kliru"
            r"|kebalik|ketuker|tertukar|diganti|diubah|dirubah|ditukar)\b"
        ),
        "pasti",
    ),
    (
        re.compile(r"\b(?:masa|masak|mosok) (?:engga|enggak|nggak|ngga|gak|ga|tidak|ndak|ora)\b"),
        "pasti",
    ),
    (
        re.compile(
            rf"\b({_I}) ((?:[a-z]+ )?)(?:lebih|lbh|lbih) (?:suka|seneng|senang|demen|cocok|sreg"
            r"|percaya|yakin|condong|memilih|milih|pilih|mantap|mantep)\b"
            r"(?: (?:sama|ke|dengan|sm)\b)?"
        ),
        r"\1 \2pilih",
    ),
    (re.compile(r"\b(\d|satu|dua|tiga|empat|lima|enam) anak\b"), r"\1 buah"),
    (re.compile(r"\btitip suara\b"), "kasih suara"),
    (re.compile(r"\bibu rumah tangga\b"), "saya"),
    (re.compile(r"(?<!\d )(?<!\d)\bkg (?=[a-z]{3})"), "kang "),
    (re.compile(r"\bmemilih untuk tidak memilih\b"), "golput"),
    (re.compile(r"\bsatu ?pun\b"), "siapapun"),
    (re.compile(r"(?<!di )(?<!ke )\bmana ?pun\b"), "siapapun"),
    (re.compile(r"\b(?:tinggal|sisa) (?:satu|1|siji|hiji)\b"), "sisanya"),
    (re.compile(r"\b(siji|satu|hiji)[ -]*\1 ?(?:nya|ne|na|nyo)\b"), "satusatunya"),
    (
        re.compile(
            r"\b(dua|loro|duo|tiga|telu|tilu|tigo|empat|papat|lima)[ -]*(?:\1|2)"
            r" ?(?:nya|ne|na|nyo)\b|"
            r"\b([2-9])[ -]*\2 ?-?nya\b"
        ),
        "semuanya",
    ),
    (re.compile(r"\b(?:harga mati|no debat)\b"), "pasti"),
    (
        re.compile(
            r"\b(?:tidak|ga|gak|nggak|ngga|gk|tdk|ndak|mana) mungkin\b"
            r"(?=.*\b(?:ga|gak|nggak|tidak|ndak|tdk)\b)"
        ),
        "selain",
    ),
    (re.compile(r"\bhe+['’ ]?eh\b"), "heeh"),
    (
        re.compile(
            r"\bthat(?:['’]?s| is) (?:right|correct|it)\b|\b(?:looks|all|sounds) good\b"
            r"|\bof course\b(?! not)"
        ),
        "betul",
    ),
    # a prayer over what is settled, not the "God willing" of one who has not settled it
    (
        re.compile(
            r"\binsya ?(?:allah|alloh) (?=(?:sudah |udah |sdh |udh )?(?:benar|bener|betul|yakin"
            r"|mantap|mantep)\b)"
        ),
        "",
    ),
    (re.compile(r"\b(?:wk){2,}w?\b|\b(?:ha){2,}h?\b|\b(?:he){2,}h?\b"), "hehe"),
    (
        re.compile(
            r"\b(?:dari|ti|saka|ket|dr|dri) (?:dulu|awal|pertama|kemarin|kemaren|kmrn"
            r"|lama|(?:minggu|bulan|tahun) (?:lalu|kemarin|kemaren))\b"
        ),
        "selalu",
    ),
    (re.compile(r"\bnaon deui\b"), "pasti"),
    (re.compile(r"\b(pindah|ganti|ubah)[ -]\1\b"), r"\1"),
    (re.compile(r"\bs4tu\b"), "satu"),
    (
        re.compile(
            r"\b(?:mboten|ora|teu|indak|ndak|tra|seng|nda|nyanda|kada|ga|gak|nggak|tidak|tdk) "
            r"(?:sios|sido|jadi|jadih|janten|jd)\b"
        ),
        "gajadi",
    ),
    (re.compile(r"\bsatu2 ?nya\b"), "satusatunya"),
    (re.compile(r"\s\*(?=[^*\s][^*]*$)"), " eh "),  # "1 *2"
    (re.compile(r"\bsing (?=nyak\b)"), "tidak "),  # Balinese, not Javanese
    (re.compile(r"\bk[ae]mana[ -]*mana\b"), "kemanamana"),
    (
        re.compile(
            r"\b(?:kalau|kalo|klo|nek|lamun) (?:bukan|bkn|dudu) (.{2,30}?),? "
            r"(?:siapa|sapa|sopo|saha|spa) (?:lagi|lg|maneh|deui)\b(?: coba\b)?"
        ),
        r"pasti \1",
    ),
    (
        re.compile(
            r"\b(?:mau |terus )?(?:siapa|sapa|sopo|saha|spa|sp) (?:lagi|lg|maneh|deui)"
            r"(?: (?:kalau|kalo|klo|klu|kl|lamun|nek) (?:bukan|bkn|dudu|lain)\b|(?=\s*(?:[!.,]|$)))"
        ),
        "pasti",
    ),
    (re.compile(r"\bbisa jadi\b"), "mungkin"),
    (re.compile(r"\bterima kasih\b"), "makasih"),
    (re.compile(r"\ber te\b"), "rt"),  # as a phone writes down what it hears
    (re.compile(r"\ber we\b"), "rw"),
    (re.compile(r"\batas nama\b"), "namanya"),
    (
        re.compile(
            r"\b(?:i(?:['’]?m| am|['’]?ll)? )?(?:going|gonna go|gonna vote|rooting|voting|go) "
            r"(?:with|for)\b|\bmy (?:vote|choice|pick) (?:is|goes to)\b"
        ),
        "saya pilih",
    ),
    (re.compile(r"\bbetul kali\b"), "betul"),
    (re.compile(r"\bho oh\b"), "ya"),
    (re.compile(r"\bsiap 86\b"), "siap"),
    (re.compile(r"\b(?:bapak|pak|bpk) ?/ ?(?:ibu|bu)\b"), "bapak ibu"),
    (re.compile(rf"\b(?:sebagai|sbg) (?:seorang )?\w+ \w+ (?=(?:{_I})\b)"), ""),
    # an apology for how one writes takes nothing back
    (
        re.compile(
            r"\b(?:mohon )?maaf (?:apabila|bila|jika|kalau|kalo|klo) (?:ada )?(?:yang )?"
            r"(?:salah|kesalahan|kurang|typo|keliru|kekeliruan)"
            r"(?: (?:kata|ketik|tulis|ucap|berkenan|dalam|penulisan))*"
        ),
        "maaf",
    ),
    (
        re.compile(
            r"\b(?:satu|1) (?=(?:angkatan|gereja|kelas|kampung|desa|dusun|suku|marga|sekolah"
            r"|almamater|keluarga|komplek|jemaat|pengajian|organisasi|daerah|pulau|hati)\b)"
        ),
        "bareng ",
    ),
    (
        re.compile(
            r"\bsalah (?:bilang|sebut|omong|tulis|ketik|pencet|mencet|tekan|kirim|nulis|ngetik"
            r"|nyebut|ucap)\b"
        ),
        "salah",
    ),
)
"""Words that mean something else together."""

_SPELLINGS = {
    "saya": "sy sya syaa saia saye aye ane",
    "aku": "ak aq akuh q",
    "lain": "laen laennya",
    "sebagai": "sbg sbgai",
    "kelas": "klas kls",
    "sebenarnya": "sebenernya sbnrnya sebenere sakjane asline aslinya",
    "pilihannya": "plhnya plihnya",
    "gue": "gw gua gwe gueh w",
    "anda": "agan",
    "bilang": "blg blng bilg",
    "pakai": "pake pke",
    "kamu": "km kmu lu lo elu",
    "yang": "yg yng nyang iang",
    "tidak": "tdk gk ga gak gag nggak ngga enggak engga kagak kaga ndak nda tak tida nggk g gx ra",
    "bukan": "bkn bukn bkan",
    "jangan": "jgn jagn jngn jangn jng jan ojo",
    "sudah": "udah udh sdh uda dah wis wes suda sudh",
    "belum": "blm blum blom belom durung",
    "pilih": "plh pilh pili pilihh",
    "memilih": "mmilih memilh",
    "pilihan": "plhn pilihn",
    "satu": "stu sat stuu",
    "dua": "dwa duwa",
    "tiga": "tga tgaa",
    "nomor": "nomoro numur numer nomber nmr nomer nmer no nomr nomo noomor nomornya num number",
    "urut": "urt uruut",
    "calon": "clon caln calonn",
    "sama": "ama sm sma",
    "saja": "baen ajah ajalah aja aj ae wae bae sj doang doank",
    "dengan": "dgn dg dngn",
    "untuk": "utk tuk bwt buat",
    "karena": "krn karna krna soale soalnya",
    "tetapi": "mar tapi tp tpi tapii tapiii nanging",
    "dan": "dn",
    "atau": "ato atw atao utawa",
    "itu": "tu ituh ntu",
    "ini": "ni inih nih",
    "apa": "ap apaan apakah opo",
    "siapa": "sapa sp siapah sopo sape",
    "maaf": "maap maapin mangap",
    "dari": "dri",
    "pada": "pd pda",
    "sih": "seh",
    "juga": "jg jga jug oge ugo",
    "bagaimana": "gimana gmn gmana gimn bgmn piye kumaha pripun",
    "kenapa": "knp napa mengapa ngapa kenape",
    "berapa": "brp brapa brpa pira sabaraha pinten",
    "kapan": "kpn kapn",
    "di mana": "dmn dimana",
    "ya": (
        "y yaa iya iy iye iyo iyah ye yap yup yoi ho'oh hooh hoo'oh yes yess yo iyaa yep yaps "
        "iyap iyaps iyup iyess iyak iyoi iyya iyh iyek iyé iaa iyoo"
    ),
    "benar": "bener bnr bner bnar bnerr benerr bnarr",
    "betul": "btl btul bettul",
    "oke": "ok okay okey okeh okee okelah",
    "dong": "donk dunk",
    "ibu": "bu ibuk buk bunda emak mamak",
    "bapak": "pk pak pa pa' bpk bp bpak bapa pakk",
    "orang": "org orng",
    "terima kasih": "makasih mksh makasi tq thx thanks trims trimakasih terimakasih matur nuwun",
    "tanpa": "tnp",
    "sekarang": "skrg skr skrang sekarng saiki ayeuna",
    "padahal": "pdhl pdahal",
    "harusnya": "hrsnya hrusnya harusny kudune kuduna",
    "ganti": "gnti gantos",
    "tidak jadi": "gajadi gakjadi gjadi",
    "setuju": "stuju stju setju",
    "yakin": "ykin ykn yaqin",
    "mantap": "mantab mantabs mantul",
    "dokter": "dktr dkter",
    "kirim": (
        "krim krm kirmi dikirimkan dikirimin kirimkn kirimlah kirimmi kerem kirm kirimkan "
        "kirimin kirimno kirimen dikirim kirimakan kirimke send sent"
    ),
    "semua": "smua smw samua",
    "kalau": "kalo klo klu kl kalu nek",
    "mau": "mo mw mao",
    "jadi": "jd jdi dadi",
    "nanti": "ntar tar nti",
    "teman": "temen tmn tmen",
    "begitu": "gitu gt gtu",
    "mungkin": "mgkn mungkn",
    "sepertinya": "kayaknya kyknya kyaknya kayanya sptnya",
    "seperti": "kayak kyk kaya",
    "bagus": "bgs baguss",
    "sekali": "skali bgt banget bngt",
    "lagi": "lg lgi",
    "bisa": "bs bsa",
    "tahu": "tau tw",
    "maksud": "mksd maksd maksad mukasuik kumaksud",
    "maksudnya": "mksdny mksdnya mksudnya maksute maksudku maksudke maksdnya",
    "salah": "slah slh slahh lepat kaliru keliru",
    "tadi": "td tdi mau'e tadie",
    "tetap": "ttp ttep tetep tep",
    "berubah": "brubah",
}
_SPELLING = {variant: word for word, variants in _SPELLINGS.items() for variant in variants.split()}

_OFTEN_MISTYPED = (
    "nomor pilih coblos calon paslon satu dua tiga empat lima enam tujuh delapan sembilan"
).split()
_NO_SLIP = {"saut", "liam", "noor", "clan"}
"""Names and words of their own that a slip would make of the above."""


def _slips(word: str) -> Iterator[str]:
    """The word with two letters swapped or an inner letter left out; its first letter stays."""
    for at in range(1, len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if len(word) > 4:
            yield word[:at] + word[at + 1 :]


_SLIPPED = {
    slip: word
    for word in _OFTEN_MISTYPED
    for slip in _slips(word)
    if slip != word and slip not in _NO_SLIP
}


@dataclass(frozen=True)
class Word:
    """One word or mark of a message: ``text`` as normalised, ``raw`` as typed (lower-cased)."""

    text: str
    raw: str

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return self.raw[:1].isdigit()


def clean(text: str) -> str:
    """Text with full-width and zero-width characters resolved and over-length cut."""
    return unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).translate(_ZERO_WIDTH).strip()


def words(text: str) -> list[Word]:
    """Split a message into normalised words and punctuation marks.

    ``"Gue plh nmr 02 dooong"`` → gue, pilih, nomor, 02, dong. Emoji are left out.
    """
    return list(_split(text))


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[Word, ...]:
    """The words of a name or title in an election's file, which is the same for every message."""
    split: tuple[Word, ...] = _split.__wrapped__(name)
    return split


@lru_cache(maxsize=8)
def _split(text: str) -> tuple[Word, ...]:
    """The words of the messages being read, one on a thread; all their readers ask for them."""
    lowered = _REDUPLICATED.sub(r"\1 \1", clean(text).lower())
    for phrase, meaning in _PHRASES:
        lowered = phrase.sub(meaning, lowered)
    return tuple(Word(spelled(raw), raw) for raw in _TOKEN.findall(lowered))


def spelled(word: str) -> str:
    """The usual spelling of one lower-case word."""
    if word in _SPELLING:
        return _SPELLING[word]
    short = _STRETCHED.sub(r"\1", word)
    for suffix in ("ku", "nya"):
        stem = short.removesuffix(suffix)
        if stem != short and len(stem) >= _SHORTEST_STEM and stem in _SPELLING:
            return _SPELLING[stem] + suffix  # "temenku"
    return _SPELLING.get(short) or _SLIPPED.get(short, short)


_SHORTEST_STEM = 4


def variants(word: str) -> tuple[str, ...]:
    """The everyday spellings that :func:`spelled` takes for this word."""
    return tuple(_SPELLINGS.get(word, "").split())


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    key: row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    for row in _ROWS
    for at, key in enumerate(row)
}


def neighbours(key: str) -> str:
    """The keys beside this one on a phone's keyboard."""
    return _NEIGHBOURS.get(key, "")

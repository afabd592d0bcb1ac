"""Words of everyday that are nobody's name: what may be shown where a name is likely to stand.

The lexicon has the words that bear on a choice; here are those that people ask, thank and complain
with. A word missing here costs a trainer one word of a message; a name standing here would cost a
voter more. So words that many are called by (*surya*, *melati*, *intan*) are left out.
"""

from __future__ import annotations

from bilik.domain import lexicon, numbers
from bilik.domain.words import spelled

_WORDS = frozenset(
    # the papers and the offices
    "nik ktp kk kode undangan surat kartu kertas amplop barcode qr sms link tautan email akun "
    "data dpt dps tps kpu kpps bpd bawaslu panwas panitia petugas saksi pengawas ketua wakil "
    "sekretaris sekdes kadus dukuh carik rt rw desa kabupaten provinsi kota kampung dusun balai "
    "kantor posko loket alamat tanggal lahir nama daftar pemilih pemilu pilkades pilkada pilpres "
    "pileg osis sekolah kelas guru murid siswa kampus kepsek kepala lurah camat kades bupati "
    "polisi tentara tni pns asn bidan dokter perawat mantri ustad imam pendeta buruh petani "
    "nelayan penjual tukang sopir ojek ojol driver satpam hansip linmas tanda bukti struk resi "
    "kotak bilik hologram cap stempel materai fotokopi foto selfie wni wna sim skck pkh blt bpjs "
    "bansos atm pln pdam pam ac hp wa ig fb yt pdf otp pin cs cp info id jpg luber jurdil kwn tb "
    "bb uu pdp covid wifi sinyal kuota pulsa paket "
    # what goes wrong
    "hilang ilang rusak sobek basah luntur robek kena salah kliru ketuker tercecer terselip "
    "kebuang kecuci dicabut beda sama kurang lebih kosong penuh macet lemot lelet lambat lama "
    "error eror gagal nyangkut ngadat putus mati hang stuck loading muter bales balas kirim "
    "ngirim masuk muncul nongol tercantum tercetak tertera tulisannya valid invalid cocok "
    "kadaluarsa expired blokir ditahan dicuri dibuang dibakar kecebur kendala gangguan keluhan "
    "lapor melapor ngelapor pengaduan ngadu penipu nipu palsu abal resmi asli hoaks curang maksa "
    "paksa ancam ngancam sogok nyogok serangan fajar timses dobel ganda double "
    # doing, and being able to
    "coba nyoba ulang ulangi ketik ngetik baca tulis nulis bicara ngomong ngobrol tanya nanya "
    "menanyakan jawab bilang ucapkan perkenalkan diri kasih minta meminta memohon perlu butuh "
    "pakai buka tutup mulai selesai kelar beres lanjut berhenti stop dihentikan login bikin dapat "
    "dapet kebagian terima menerima ambil bawa datang dateng pergi pulang balik sampai sampe "
    "nyampe tiba naik turun pindah ikut tunggu nunggu menunggu cari nyari lihat liat ngeliat cek "
    "ngecek dicek periksa pegang simpan hapus ganti ubah tambah pilih nyalon mencalonkan jual "
    "beli bayar makan minum tidur kerja gawe main jalan lari duduk lompat mandi antar anter "
    "jemput panggil hubungi telpon telepon nelpon chat chatting vc wassap video rekam ngaku bagi "
    "nyuruh nyoblos ngebantu bantu tolong ngerti mengerti paham tahu kenal ingat inget lupa telat "
    "kesasar nyasar kelewat nangkep memiliki punya ada jadi menjadi menang kalah menjabat "
    "menghitung dihitung diumumkan "
    # when, where, how much
    "sekarang nanti tadi kemarin besok lusa malam pagi siang sore subuh maghrib isya dzuhur ashar "
    "senin selasa rabu kamis jumat sabtu minggu januari februari maret april mei juni juli "
    "agustus september oktober november desember tahun bulan hari jam menit baru dulu awal akhir "
    "telah masih belum pernah sering kadang langsung segera cepat cepet buru bentar waktu jadwal "
    "batas di ke dari dr dalam luar depan belakang atas bawah samping sebelah sana sini situ kene "
    "kono rumah jauh dekat deket cuma hanya semua seluruh sebagian banyak dikit kira sekitar "
    "paling sangat amat agak makin masing sendiri bareng berdua selatan utara timur barat tengah "
    # joining and asking
    "dan atau adalah ialah yaitu tetapi bahwa karena sebab sehingga supaya agar kalau jika bila "
    "sedangkan meski "
    "namun lalu terus trus kemudian ternyata rupanya sebagai seperti untuk guna oleh pada tentang "
    "menurut para tiap apa siapa kapan mana bagaimana kenapa berapa kok kan dong deh sih loh lho "
    "kek gini begini begitu emang memang masa masak bukan tidak bisa boleh harus wajib kudu mesti "
    "benar betul tentu pasti mungkin entah pls plis please help and the is not can cannot my me "
    "you code name ready "
    # feelings and courtesies
    "halo hai assalamualaikum wassalam salam permisi punten maaf mohon selamat tuhan allah gusti "
    "puji alhamdulillah insyaallah yth hormat sedih takut kaget heran kecewa kesal kesel marah "
    "capek capai lelah sakit sehat hamil lapar pusing bingung malu kangen kacau parah aneh lucu "
    "gila gelo gede besar kecil panjang pendek baik buruk jelek bagus murah mahal bosan bosen "
    "repot ribet susah mudah gampang penting warga penduduk pendatang orang robot bot mesin admin "
    "operator manusia anak bayi lansia almarhum almarhumah keluarga ipar kandung adek adik nak "
    "nona puan ibu teman tetangga tamu pelanggan grup natal lebaran puasa idul paskah nyepi "
    "galungan imlek swastiastu utang janji sawah warung pos arisan pamit tinggal karakter bahasa "
    "daerah perasaan otak kreatif agama lulusan rajin manis galak kolam pelan rame senyum diem "
    "ketemu retak kresek pura ngumpulin nutupi dtg msih msing dlu bgi spa bls "
    # in other languages of the country
    "kabeh takon meh maneh maning kulo kula ulah deui saeutik jalmi atanapi balom alun indak "
    "wonten ing sanes sampun dereng sampek suwek suwe wonge kuwe iku lebet biyen gaweane teuing "
    "palih nyuwun mboten berape ape nian pan pas rese su maso ngendi neng nganti legi kemis "
    "pertama kedua".split()
)
_KNOWN = _WORDS.union(
    lexicon.KNOWN, lexicon.TALK, lexicon.QUESTION, lexicon.TOPIC, lexicon.JUDGEMENT, lexicon.OFFICE,
    lexicon.BLANK_WORDS, lexicon.BOX, lexicon.EMPTY, lexicon.SOCIAL, lexicon.OWNER, lexicon.OTHERS,
    lexicon.MY_KIN, lexicon.POSSESSIVE, lexicon.UNIT_AFTER, lexicon.UNIT_BEFORE, numbers.WORDS,
)  # fmt: skip
_ALSO_NAMES = frozenset(
    "agung alim amanah bagus dwi esa fajar gusti hari imam jalu jaya jujur juli juni luh mei "
    "merdeka ramah sabar".split()
)
"""Words that people are called by, too."""
_PREFIXES = ("", "di", "ke", "ku", "se", "ter", "ber")
_SUFFIXES = ("", "nya", "ku", "mu", "kah", "lah", "kan", "in", "an")
MIN_STEM = 4
"""A shorter word with a prefix or suffix is chance: *Hasan*, *Sonya*; with both, one more."""


def is_everyday(word: str, name_likely: bool = False) -> bool:
    """Whether a word of letters is one of everyday, as it stands or with a prefix or suffix.

    ``name_likely`` says that a name is likely here; then *bagus* is taken for one.
    """
    text = spelled(word.lower())
    if name_likely and text in _ALSO_NAMES:
        return False
    return all(part in _KNOWN or _has_known_stem(part) for part in text.split())


def _has_known_stem(word: str) -> bool:
    for prefix in _PREFIXES:
        for suffix in _SUFFIXES:
            if word.startswith(prefix) and word.endswith(suffix):
                stem = word.removeprefix(prefix).removesuffix(suffix)
                if stem in _KNOWN and len(stem) >= MIN_STEM + bool(prefix and suffix):
                    return True
    return False

"""The words the choice grammar knows, by what they do in a sentence.

Spellings are those of :func:`bilik.domain.words.words`: add a variant there, a meaning here.
"""

from __future__ import annotations

CHOOSE = frozenset(
    (
        "pilih memilih milih pilihan pilihanku pilihannya coblos nyoblos mencoblos coblosin "
        "tusuk dukung mendukung vote voting ambil pick choose milihe pilihin pilihlah "
        "milihnya pilihane pileh nyolok colok jatuh menjatuhkan jatuhkan menentukan mantap "
        "tetap fix pokoknya suara"
    ).split()
)
"""Verbs and nouns of choosing."""

NEGATION = frozenset(
    (
        "tidak bukan jangan ogah anti emoh mboten sanes henteu ulah moal teu tolak hindari "
        "ora dudu ndak indak alah malas males kapok batal bukannya bukanlah pantang no not"
    ).split()
)
EXCEPT = frozenset(["selain", "kecuali"])
"""Turns round what it stands before: "tidak ada selain 2" is a choice."""

CORRECTION = frozenset(
    (
        "tetapi eh ralat maksudnya maksud melainkan malah justru ganti salah melinkan koreksi "
        "ding tapinya sorry maaf revisi ubah jadi jadinya tukar pindah"
    ).split()
)
"""What follows replaces what came before."""

ALTERNATIVE = frozenset(["atau", "apa"])

TALK = frozenset(
    (
        # judgement
        "jelek bagus buruk baik korup korupsi bohong pembohong jahat keren hebat payah parah "
        "cocok pintar bodoh goblok tua muda ganteng cantik pantas layak kalah menang kalahkan "
        "curang rakus sombong pelit jujur amanah merakyat hidup viva merdeka lanjutkan gaspol "
        "juara terbaik terburuk "
        # hearsay, conditions, comparison
        "katanya kata konon kabarnya denger dengar gosip isu berita kalau andai andaikan "
        "seandainya misalnya misal seumpama bila jika apabila asal mending mendingan daripada "
        "dibanding dibandingkan antara sepertinya mungkin barangkali bingung ragu bimbang galau "
        "entah hampir kemarin dulu pernah seharusnya harusnya mestinya "
        # somebody else's vote
        "teman temanku tetangga istri suami anak anakku kakak adik mertua keluarga orang semua "
        "mereka dia warga kami pamanku bibiku om-ku nenek kakek bos guru ustad kiai disuruh "
        "dibayar nyuruh suruh dikasih bayar kampanye dipilih didukung dicoblos ajak "
    ).split()
)
"""Signs of talk about a candidate, of doubt, or of somebody else's vote."""

QUESTION = frozenset(
    (
        "siapa bagaimana kenapa kapan berapa mana visi misi program programnya profil visinya "
        "misinya umur umurnya umurnyo sebutkan jelaskan ceritakan bedanya beda siapakah"
    ).split()
)

REASON = frozenset(["karena", "supaya", "biar", "agar", "soal", "sebab", "mergo"])
"""Begins a reason, which is read past."""

MARKER = frozenset(
    (
        "nomor urut calon paslon pasangan kandidat angka pasang pilihan urutan yang si sang "
        "ke gambar nama namanya bernama cakades cabup cagub capres caleg kotak"
    ).split()
)
"""Stands around a number or name."""

NUMBER_MARKER = frozenset(("nomor urut calon paslon pasangan kandidat angka urutan ke").split())

MAN = frozenset(("bapak laki-laki laki cowok pria lelaki bapake lanang").split())
WOMAN = frozenset(("ibu perempuan cewek wanita cewe ibuk ibue wedok mbak").split())
TITLE = frozenset(
    (
        "bapak ibu mas mbak bang abang kang teh mbah pakde bude om tante haji hajah hj h "
        "ustadz dr ir drs dra prof kak ko cik uda uni daeng bung nyong gus neng raden"
    ).split()
)
"""Stands before a name."""

UNIT_AFTER = frozenset(
    (
        "tahun th thn ribu rb juta jt persen % orang anak kali hari minggu bulan jam menit "
        "detik km meter kilo kg rupiah lembar suara wib wita wit pagi siang sore malam karung "
        "sak bungkus"
    ).split()
)
"""A number before one of these is no candidate."""

UNIT_BEFORE = frozenset(
    (
        "umur usia umurku usiaku rt rw jam pukul tanggal tgl tps rp hp telepon telp wa nik "
        "blok gang tahun kelas versi dusun lantai kloter seharga harga"
    ).split()
)
"""A number after one of these is no candidate."""

BLANK_WORDS = frozenset(
    ("kosong kosongkan kosongin kosongi dikosongkan dikosongin abstain golput blank").split()
)

FILLER = frozenset(
    (
        "saya aku gue anda kamu mau ingin pengen pingin hendak akan ya oke dong deh lah sih "
        "kok kan nih itu ini saja sudah lagi pada untuk dengan sama di dari tolong mohon "
        "minta bisa boleh silakan min admin kak mas mbak pak bapak ibu bang bro sis gan bot "
        "bilik selamat pagi siang sore malam halo hai assalamualaikum permisi punten terima "
        "kasih tadi sekarang hari kali pun mah teh atuh mi ki ko sa beta kita ambo awak den "
        "abdi kulo kula dalem inyong tak nyong ambe katong torang ta pe de dah tho to toh je "
        "wae sik dhisik buat ntar ada hanya cuma cukup satu-satunya pasti sungguh betul benar "
        "yakin setuju lanjut dan terus lalu kemudian jelas tentu kayak seperti paling banget "
        "sekali semoga insyaallah bismillah the i want please for my one to would like "
        "calonnya orangnya nomornya orang-nya ngene iki kuwi niku meniko punika eta ieu sae "
        "nggih inggih mawon"
    ).split()
)
"""Words that change nothing."""

"""The words the choice grammar knows, by what they do in a sentence.

Spellings are those of :func:`bilik.domain.words.words`: add a variant there, a meaning here.
Regional words stand beside the Indonesian ones.
"""

from __future__ import annotations


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


CHOOSE = _words(
    "pilih memilih milih milihe milihnya pilihlah pilihan pilihanku pilihannya pilihane kupilih",
    "mele millit mamillit pillit pile piliyang upile kupile terpilih piliah mamiliah mamilih",
    "pileh pilehan miliah nyoblos coblos mencoblos coblosin coblosan kucoblos nyoblosnya",
    "coblosanku tusuk nusuk tunjuk centang nyontreng contreng tandai dukung mendukung vote voting",
    "ambil pick choose select nyolok colok menjatuhkan jatuhkan jatuh menentukan menetapkan",
    "tetapkan putuskan kasih kasi kasikan berikan memberikan diberikan serahkan suara suaraku",
    "suaranya suarane mantap mantep fix pokoke pokona pokoknya final tetap",
)
"""Verbs and nouns of choosing."""

OWN_CHOICE = _words(
    "upile kupile hupillit pilihanku suaraku coblosanku kupilih kucoblos jagoanku",
)
"""Says by itself that the choice is one's own."""

NEGATION = _words(
    "amit batalkan teaka teai dang unang nyingkir singkirkan",
    "jang tidak bukan jangan ogah anti emoh mboten sanes henteu ulah moal teu embung tolak",
    "hindari ora dudu udu indak malas males kapok batal bukannya bukanlah pantang no not usah",
    "alim dakmau orak gausah taksah seng trada tra kada moh gamau gakmau nyanda nimau sonde",
    "batalin buang endha enda teda eda nenten never wegah hapus coret menolak nolak janganlah",
    "cancel bukang banne boya nyandak tara",
    "ndaklah tidaklah",
)

NEGATION |= {"tidak jadi"}
NOT_THAT = {"tidak jadi"} | _words("bukan sanes dudu udu bukang boya banne batal cancel batalkan")
"""Between two candidates, these reject the second."""

EXCEPT = _words("selain kecuali kajaba kejabi")
"""Turns round what it stands before: "tidak ada selain 2" is a choice."""

CONCESSION = _words(
    "biar biarpun biarin walau walaupun walo walopun meski meskipun sanajan najan senajan nadyan",
    "mskipun wlpn wlaupun mski",
)
"""Grants something first; one's own choice comes after."""

CORRECTION = _words(
    "tetapi eh ralat maksudnya maksud maksudku melainkan malah justru ganti salah koreksi ding",
    "sorry maaf revisi ubah diubah diganti jadi jadinya tukar pindah harusnya seharusnya",
    "mengganti mengubah merubah deng mestinya ups meralat menjadi jadiin sekarang padahal",
    "bentar sebentar tunggu eits",
)
"""What follows replaces what came before."""

DANGLING = _words(
    "eh ralat salah ganti tukar ubah pindah revisi tetapi malah koreksi batal bentar",
    "sebentar tunggu",
)
"""Corrections that leave a message open where nobody is named after them: "2 eh"."""

THAT_ONE = _words("nang yang si calon sing seng nu nan nang sane se tu")
"""Before a word for man or woman, "the one who is"."""

AFTERWARDS = _words("maksudnya maksud deng ding")
"""Corrections that may follow what they are about: "5 maksudnya"."""

ALTERNATIVE = _words("atau apa")

REASON = _words(
    "karena supaya biar agar soal sebab mergo soalnya lantaran gara demi gegara bcs",
    "semoga moga mogamoga mudahmudahan",
    "because cuz coz",
    "amargi amarga margi lantaranana jalaran sabab ben men",
)
"""Begins a reason, which is read past."""

EMPTY = _words("kosong ksong kosonk kosongnya kosonglah kosongmi suwung kosongan")
BOX = _words("kotak kothak kotaknya bumbung ktk ktak kotk box peti")
"""The empty box: "kotak kosong", "bumbung kosong"."""

JAVANESE = _words(
    "sing wae ae rek wis iki kae telu loro siji papat kuwi nggo cak lik nduk yo dhewe"
)
"""Where one of these stands, "tak pilih" is "I choose", and not Malay's "do not"."""

BY_WHOM = _words("dengan sama bareng bersama buat untuk dari di ke karo kaliyan sareng jeung")
"""Before a person these make no subject of them: "setelah bicara dengan keluarga"."""

JUDGEMENT = _words(
    "jelek bagus buruk baik korup korupsi bohong pembohong jahat keren hebat payah parah pintar",
    "bodoh goblok tua muda ganteng cantik pantas layak curang rakus sombong pelit jujur amanah",
    "merakyat terbaik terburuk paling elek apik alus goreng awon ganas norak lebay omdo ngibul",
    "zalim bijak ramah humble jago sabar elok someah parlente judes preman nyawer tegas cerdas",
    "kompeten mantul bhagus becik pinter cool",
)
"""What one thinks of a candidate."""

HEARSAY = _words(
    "katanya kata jare jarene ceunah konon kabarnya denger dengar gosip isu berita bilang",
    "cerita diceritain tulis ditulis beredar hoax hoaks viral ujarnya omongan teriak",
)
CONDITION = _words(
    "kalau andai andaikan seandainya misalnya misal seumpama umpama bila jika apabila asal",
    "asalkan upami lamun mun yen menawi if unless",
)
WAVERING = _words(
    "mending mendingan daripada dibanding dibandingkan antara sepertinya mungkin barangkali",
    "bingung ragu bimbang galau entah hampir pusing pening rencana rencananya kayake kadose",
    "sigana percuma dilema mikir nimbang timbang kira",
    "kira mbuh embuh duka",
)
PEOPLE = _words(
    "teman temanku tetangga istri suami anak anakku adik adikku mertua keluarga semua mereka",
    "orang warga kami pamanku bibiku nenek kakek bosku karyawan pegawai buruh bapakku ibuku bokap",
    "nyokap bojo bojoku bini",
    "kakakku pacar mantan majikan juragan konco kancaku dulur sodara saudaraku orangtua ortu mama",
    "papa kawan rombongan emakku mamakku bapakne ibune tonggo tanggaku sepupu ponakan cucu banyak",
    "rakyat pendukung tim timses pengurus kelompok pemuda",
    "kubu netizen sekampung sedesa sekeluarga saudara paman bibi opa oma kakekku nenekku anaknya",
    "istrinya suaminya temannya tetanggaku budak barudak lanceukna adina keponakan misan mbahku",
)
"""Others, who have votes of their own."""
CAMPAIGN = _words(
    "kalah menang kalahkan menangkan hidup viva merdeka gaspol juara lupa kampanye dipilih",
    "maksa paksa dipaksa",
    "didukung dicoblos ajak mari spanduk baliho poster",
    "spanduknya balihonya posternya slogan iklan serangan amplop simulasi fb",
    "sejahtera makmur dijamin",
    "facebook tiktok bersama salam dukungan lawan pasukan jaya disuruh dibayar nyuruh suruh",
    "dikasih bayar survei survey polling elektabilitas persen quickcount lsi menangin dimenangkan",
    "kebagian sembako bansos debat relawan",
)
"""Slogans, pressure, and how an election is talked about."""
PAST = _words("lalu kemarin kemaren dulu dahulu bengen baheula")
"""What was chosen then is not chosen now."""
REGRET = _words(
    "pernah kemaren kemarin ingat sumpah ikut kasian kasihan nyesel nyesal menyesal enggan haram",
    "dilarang tobat rugi takut benci hate besok titip",
)

TALK = HEARSAY | CONDITION | WAVERING | PEOPLE | CAMPAIGN | REGRET
"""Signs of talk, of doubt, or of somebody else's vote."""

QUESTION = _words(
    "siapa pilihin bagaimana kenapa kapan berapa mana siapakah yakah apakah gmna opo sopo kumaha",
    "sinten nopo saha naon ngapain sia endi ndi siape barapa ape berapai ngapa punapa pundi beda",
    "bedanya",
    "sebutkan jelaskan ceritakan",
)
"""Asks."""

TOPIC = _words(
    "visi misi program programnya profil visinya misinya umur umurnya umurnyo latar pengalaman",
    "kerjanya rumahnya partainya usianya programna partai kerja cv foto pendidikan nikah kerjaan",
    "kerjaannya alamat",
)
"""What one asks about a candidate."""

MARKER = _words(
    "nomor urut calon paslon pasangan kandidat angka pasang urutan yang si sang ke ka gambar",
    "nama namanya bernama ngaranna ngarana jenenge jenengane namane namine asmane arane namonyo",
    "namina",
    "nang cakades cabup cagub capres caleg caketum kotak nu sing nan",
)
"""Stands around a number or name."""

NUMBER_MARKER = _words("nomor urut calon paslon pasangan kandidat angka urutan ke ka pilihan")

OTHERS = _words(
    "dia kamu beliau kami mereka doi ente elu lo lu koe kowe sampeyan panjenengan anjeun"
)
"""Before a verb of choosing, somebody else votes."""

TOP = _words("atas nduwur dhuwur duwur luhur pangluhurna ateh awal depan pucuk")
BOTTOM = _words("bawah ngisor ngandhap handap panghandapna bawak baruah buntut belakang bontot")
LAST = _words("terakhir akhir pungkasan ujung bontot buncit")
MIDDLE = _words("tengah tengahan")
"""Places on the list of candidates."""
MOST = _words("paling sing pang plg")
"""Before a place."""

HONOURS: dict[str, frozenset[str]] = {
    "haji": _words("h haji hj hajah"),
    "hajah": _words("hj hajah"),
    "kaji": _words("h haji hj hajah"),
    "kiai": _words("kh kiai kyai"),
    "kyai": _words("kh kiai kyai"),
    "ustaz": _words("ust ustaz ustadz"),
    "ustadz": _words("ust ustaz ustadz"),
    "dokter": _words("dr"),
    "profesor": _words("prof"),
    "prof": _words("prof"),
    "insinyur": _words("ir"),
    "bidan": _words("bidan keb bd"),
    "perawat": _words("kep ns amk perawat suster mantri"),
    "suster": _words("kep ns amk suster"),
    "mantri": _words("kep ns amk mantri"),
    "guru": _words("pd guru"),
    "apoteker": _words("apt"),
    "akuntan": _words("ak"),
    "notaris": _words("mkn kn"),
    "pengacara": _words("adv"),
    "pendeta": _words("pdt pendeta"),
    "romo": _words("rm romo"),
    "tentara": _words(
        "purn letkol kolonel mayor kapten jenderal brigjen mayjen letjen peltu serma"
    ),
    "purnawirawan": _words("purn"),
    "jenderal": _words("jend jenderal irjen brigjen mayjen letjen komjen"),
    "kolonel": _words("kol kolonel"),
    "letkol": _words("letkol"),
    "mayor": _words("mayor"),
    "kapten": _words("kapten"),
    "polisi": _words("irjen brigjen komjen kombes akbp kompol akp iptu ipda aiptu aipda"),
    "drs": _words("drs"),
    "dra": _words("dra"),
}
"""How a candidate may be spoken of, and the titles that tell whom."""

SOCIAL = {"terima kasih"} | _words(
    "halo hai selamat pagi siang sore malam terima kasih permisi punten maaf assalamualaikum",
    "nama namaku perkenalkan ini hari kenalkan",
)
"""Words of greeting and introduction: a name beside them need not be a choice."""

DEGREE = _words(
    "sp skm mt mkes lc h hj drs dra ir dr prof s se sh mm ma msi mpd spd sip skom st e pd sos amd",
    "md a m kom",
)

MAN = _words("bapak cowok pria lelaki laki lanang bapake jalu cowo lakilaki laki lalaki jantan")
WOMAN = _words(
    "mama emak mamak ina ibu perempuan cewek wanita cewe ibue wedok awewe mbak",
    "wedhok padusi parampuang parampuan bibinian",
)
TITLE = _words(
    "dokter drg bidan mantri profesor ketua pendeta romo pastor",
    "bapak ibu mas mbak bang abang kang teh teteh mbah pakde bude om tante haji hajah hj h ustaz",
    "ustadz dr ir drs dra prof kak kakak kk kaka ko koh ci cik uda uni daeng bung nyong gus neng",
    "raden cak ning mami encik tuan nyonya saudara saudari kiai kyai datuk tgk bli mbok ua amang",
    "inang lae mpok puang ceu miq inaq tulang opung ompung wak uwak mama papi p pakcik makcik",
    "opa oma eyang kakek nenek abah umi abi jenderal kolonel letkol suster",
    "enci cece koko kokoh engkoh",
    "kanda adinda ust haja karaeng tengku teungku tuanku buya bundo mang bi bik inak amaq",
)
"""Stands before a name."""

MY_KIN = _words(
    "rumah",
    "bapak ibu kakak mamak emak bapake ibue mama papa ayah abah umi ummi kaka abang oom indung",
    "amak laki emakku mamakku bapa",
)
"""Before "saya" they are somebody else: "bapak saya pilih 2". Short ones are a form of address."""

POSSESSIVE = _words("pu pung pe punya")
"""Eastern Indonesian: "sa pu kaka" is my brother."""

OLD = _words(
    "tadinya kepencet pencet mencet tekan ketik salahpencet sebelumnya kemarinnya awalnya",
    "asalnya metu",
)
"""What stands beside one of these was chosen by mistake, or before."""

MOVING = _words(
    "mengganti mengubah merubah ganti ubah diubah diganti pindah berubah tukar menjadi jadiin",
    "beralih ralat meralat",
)
"""Makes "dari" name what was chosen before."""

NOTHING_ELSE = _words(
    "sanesipun",
    "pakai pake nganggo ribet debat lama kesuwen mikir sreg cocok percaya kenal kemanamana",
    "satusatunya lain lainnya berubah robah ganti diganti ragu liyane lian lainne laennya pindah",
    "kamana duanya duanye pinda mundur goyah",
)
"""After a negation that comes last, these take nothing back: "3, tidak ganti lagi"."""

OFFICE = _words(
    "gubernur bupati walikota presiden dpr dprd dpd caleg lurah kades camat ketos bem koperasi",
)
"""Offices; one that is not on this ballot makes a choice another one's."""

WOMAN_TITLE = _words(
    "dokter drg bidan mantri profesor ketua pendeta romo pastor",
    "ibu mbak tante bude hj hajah nyonya teteh uni neng mpok mama ning budhe nenek",
)
MAN_TITLE = _words("bapak mas bang abang kang om pakde haji uda daeng bung cak gus bapa kakek")

OWNER = _words(
    "i saya aku gue abdi kulo kula ambo awak den denai beta sa ane aye tiang ulun kita",
    "inyong",
    "nyong",
    "au titiang ku dalem kawula unda icang cang urang aing ana kaulo wak engko sengko engkok",
    "sengkok",
    "simkuring kuring isun ahu inakke iyya enyong lon ulon yaku sayah",
)

UNIT_AFTER = _words(
    "buah ipa ips mipa rpl tkj",
    "tahun th thn ribu rb juta jt persen % orang anak kali hari minggu bulan jam menit detik km",
    "meter kilo kg rupiah lembar wib wita wit pagi siang sore malam karung sak bungkus tahunan",
    "periode putaran suara hp calon paslon kandidat mangkok porsi gelas butir ekor motor mobil",
    "liter januari februari maret april mei juni juli agustus september oktober november",
    "desember",
)
"""A number before one of these is no candidate."""

UNIT_BEFORE = _words(
    "umur usia umurku usiaku rt rw jam pukul tanggal tgl tps rp hp telepon telp wa nik blok",
    "gang tahun kelas versi dusun lantai kloter seharga harga rumah kavling ruang meja kursi",
    "desember november lorong antrian antrean rumahku gg jalan jl km posisi peringkat juara",
    "level ukuran rasa season episode babak ronde",
    "ipa ips pintu kontrakan bar shift baris ranking kk hari kerumah pemilih antri kamar",
    "anak cucu anggota peserta induk absen absenku member nip nis nim",
)
"""A number after one of these is no candidate."""

BLANK_WORDS = _words(
    "kosongke kosongno kosongna blanko",
    "kosong kosongkan kosongin kosongi dikosongkan dikosongin kosongken abstain golput blank",
)

BLANK_CUES = BLANK_WORDS | _words(
    "skip lewati lewat pass sah rusak dilewati ngosongin mengosongkan"
)
"""Speak of a blank ballot where nobody is named."""

FILLER = _words(
    # who speaks
    "saya aku gue anda kamu kita sa beta ambo awak den abdi kulo kula dalem inyong nyong ulun",
    "tiang lon katong torang kitorang ambe denai urang ana ane i me my",
    # wanting, doing
    "mau maunya ingin pengen pingin hendak akan arep pengin hoyong bade tolong mohon minta bisa",
    "boleh silakan masukin masukkan catat dicatat kirim tulis want please would like to for",
    # particles and politeness
    "ya oke dong deh lah sih kan nih tuh itu ini saja sudah lagi pada untuk dengan sama di dari",
    "par pun mah atuh ji mi ki jo haja ae bae wae je to tho toh dah de do dhisik sek dulu nah",
    "oh ah ih aduh wes euy lur rek tok thok mawon nggih inggih muhun sumuhun ngene iki kuwi",
    "niku meniko punika eta ieu we sae ta pe pu da sak lho lo gih yo yuk ayo ok sip siap terima",
    "kasih maturnuwun tengkyu min admin kak bro sis gan bot bilik guys halo hai assalamualaikum",
    "permisi punten selamat pagi siang sore malam tadi hari kali banget sekali pasti sungguh",
    "betul benar yakin setuju lanjut dan terus lalu kemudian jelas tentu kayak seperti semoga",
    "insyaallah bismillah alhamdulillah cuma hanya cukup ada begitu pula juga langsung jatuhnya",
    "buat the is it so yes hati nurani hatiku calonnya orangnya nomornya titik doang pisan",
    "temenan tenan weh jua jugaan gen pang bhai sajan sane nika tiyang cang kaula se lailah luh",
    "daftar memang memangnya emang ketang pale deui hatur nuhun selalu au gass gassken bos boss",
    "bosq hah",
    "heh woy woi ih e hapunten pung loh lhoh bilang ku nyak aje",
    "kok nya tea noh gen haja bhei sewu nyuwun kemawon mawon ne na kae rek je bah lae gaskeun",
    "horas catat dicatat catatnya catetin duluan hehe hihi haha wkwk wkwkwk xixi amin aamiin",
    "edede",
    "bismillahirrahmanirrahim bray cuy coy ges pren bestie gaes gais beb sist cuk lek cak ning",
    "yaudah eee anu waduh kodong matur nuwun mengganggu pendirian pendirianku sejak dahulu",
    "all way so",
    "hm hmm sendiri ja wait actually anyway tbh btw dek dik adek nduk nak le ngger nonton niat",
    "niatnya",
    "dicatet catet sir duh aduh typo autocorrect autokoreksi",
    "jak lai choice pribadi uhuy ulala lol anjay anjir anying njir cihuy yuhu gacor yeay",
    "hore asik asyik slebew uwu ih gonna wanna jeung berpasangan duet beserta niki hasilnya walau",
    "afwan syukron ukhti akhi cap cip cup spontan singkat ngetik mulu literally sense make",
    "choose choosing plis pliss pliz with go going let's i'm im i'll ill vote voting team",
    "course number kuy kanggo kangge setelah sesudah dipikir pikir pikirpikir dipikirkan",
    "renungkan",
    "istikharah sholat shalat doa berdoa jawaban jawabannya jawabanku jawab menyatakan nyatakan",
    "masihan niat niatnya gantian giliran semuanya keduanya duaduanya menyampaikan sampaikan",
    "izinkan perkenankan mengucap definitely absolutely certainly honestly memutuskan",
    "panitia izin gas itulah ajalah badhe wau sori handak unda nang cako tu ngomong ngomongnya",
)
"""Words that change nothing."""

KNOWN = (
    OWNER | CONDITION | CHOOSE | NEGATION | EXCEPT | CORRECTION | ALTERNATIVE | REASON | MARKER
    | MAN | WOMAN | TITLE | FILLER | DEGREE | OLD | MOVING | NOTHING_ELSE | OWN_CHOICE | AFTERWARDS
    | TOP | BOTTOM | LAST | MIDDLE | MOST | {"terima kasih", "tidak jadi", "di mana"}
)  # fmt: skip
"""Everything that may stand beside a choice without raising a question."""

ALL = (
    KNOWN | TALK | QUESTION | TOPIC | JUDGEMENT | OTHERS | SOCIAL | UNIT_AFTER | UNIT_BEFORE
    | BLANK_WORDS
)  # fmt: skip
"""Every word that the grammar knows."""

"""The demo election of `make run`: a village, three candidates, twelve voters, all invented."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bilik.clock import ZONES, system_clock
from bilik.domain.election import Phase
from bilik.keys import Keys
from bilik.services import ballot_box
from bilik.services.desk import Desk
from bilik.services.elections import all_elections
from bilik.settings import Settings
from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from bilik.storage.tables import voters

DIRECTORY = Path("var/demo")
PREFIX = "demo-"
LASTS = timedelta(days=6, hours=21)

DEFINITION = """\
kode: {slug}
judul: Pemilihan Kepala Desa Sukamaju
zona_waktu: WIB
dibuka: {opens:%Y-%m-%d %H:%M}
ditutup: {closes:%Y-%m-%d %H:%M}
kontak: Panitia Pilkades Sukamaju, 0800-0000-000
surat_suara:
  - kode: kades
    jabatan: Kepala Desa
    sebutan: [kades, lurah]
    calon:
      - nomor: 1
        nama: H. Ahmad Fauzi, S.E.
        panggilan: [Pak Fauzi, Haji Fauzi]
        jenis_kelamin: L
        visi: Sukamaju mandiri dari usaha warganya sendiri.
        misi:
          - Modal bergulir untuk usaha kecil di tiap dusun
          - Pasar desa dibuka setiap hari
      - nomor: 2
        nama: Siti Rahmawati, S.Pd.
        panggilan: [Bu Siti, Bu Rahma]
        jenis_kelamin: P
        visi: Sukamaju sehat dan pintar, dari balita sampai lansia.
        misi:
          - Posyandu dan PAUD di setiap RW
          - Perpustakaan dan internet gratis di balai desa
      - nomor: 3
        nama: Bambang Sutrisno
        panggilan: [Pak Bambang, Mas Tris]
        jenis_kelamin: L
        visi: Jalan baik, air lancar, sawah subur.
        misi:
          - Irigasi tersier selesai dalam dua tahun
          - Jalan usaha tani dikeraskan
"""

_NAMES = (
    "Siti Rohmah", "Agus Wibowo", "Dewi Lestari", "Joko Prasetyo", "Nur Hidayah", "Made Suardana",
    "Yohana Tefa", "Rudi Hartono", "Aminah", "Tigor Sihombing", "Lilis Suryani", "Daeng Rahman",
)  # fmt: skip


def prepare(configured: Settings) -> bool:
    """Bring the database up to date, and see to it that the demo is open; whether it is.

    There is none if the settings say so, or the panitia has loaded an election.
    """
    database = Database(configured.database_url)
    keys = Keys(configured.secret_key)
    upgrade(database)
    if configured.without_demo:
        return False
    with database.read() as connection:
        stored = all_elections(connection)
    now = system_clock()
    own = [one for one in stored if not one.election.slug.startswith(PREFIX)]
    if own:
        return False
    if any(one.phase(now) is Phase.OPEN for one in stored):
        return True
    slug = f"{PREFIX}{len(stored) + 1}"
    directory = DIRECTORY / slug
    directory.mkdir(parents=True, exist_ok=True)
    for leftover in directory.glob("*"):
        leftover.unlink()
    definition, roll, codes = (
        directory / name for name in ("pemilihan.yml", "dpt.csv", "kode.csv")
    )
    today = now.astimezone(ZONES["WIB"]).replace(hour=0, minute=0, second=0, microsecond=0)
    definition.write_text(definition_text(slug, today), encoding="utf-8")
    write_roll(roll)
    desk = Desk(database, keys, configured.trustee_dir)
    desk.load_election(definition)
    desk.import_roll(roll, slug)
    desk.make_codes(codes, slug)
    desk.open(slug)
    database.close()
    return True


def definition_text(slug: str, opens: datetime) -> str:
    """The demo's `pemilihan.yml`, open for :data:`LASTS`."""
    return DEFINITION.format(slug=slug, opens=opens, closes=opens + LASTS)


def write_roll(path: Path) -> None:
    """A roll of invented voters."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("nik", "nama", "no_hp", "tps"))
        for index, name in enumerate(_NAMES):
            day = 10 + index + (40 if index % 2 == 0 else 0)
            nik = f"332901{day:02d}{1 + index % 12:02d}{70 + index:02d}{index + 1:04d}"
            writer.writerow((nik, name, "", f"{1 + index % 3:02d}"))


def unused_pairs(configured: Settings, count: int) -> list[tuple[str, str]]:
    """NIK and voting code of some demo voters who have not voted yet."""
    database, keys = Database(configured.database_url), Keys(configured.secret_key)
    pairs: list[tuple[str, str]] = []
    for directory in sorted(DIRECTORY.glob(f"{PREFIX}*")):
        for nik, code in read_pairs(directory / "dpt.csv", directory / "kode.csv"):
            if len(pairs) < count and _can_vote(database, keys, directory.name, nik):
                pairs.append((nik, code))
    return pairs


def read_pairs(roll: Path, codes: Path) -> list[tuple[str, str]]:
    """The roll's NIKs with their voting codes, matched by name."""
    with roll.open(encoding="utf-8") as file:
        niks = {row["nama"]: row["nik"] for row in csv.DictReader(file)}
    with codes.open(encoding="utf-8") as file:
        by_name = {row["nama"]: row["kode_undangan"] for row in csv.DictReader(file)}
    return [(nik, code) for name, nik in niks.items() if (code := by_name.get(name))]


def _can_vote(database: Database, keys: Keys, slug: str, nik: str) -> bool:
    now = system_clock()
    with database.read() as connection:
        open_ones = [
            one.id
            for one in all_elections(connection)
            if one.election.slug == slug and one.phase(now) is Phase.OPEN
        ]
        row = connection.execute(
            select(voters.c.id).where(
                voters.c.nik_hash == keys.nik_hash(nik), voters.c.election_id.in_(open_ones)
            )
        ).first()
        return row is not None and not ballot_box.has_voted(connection, row.id)

"""Elections that tests vote in."""

from __future__ import annotations

from bilik.domain.definition import read_definition
from bilik.domain.election import Election

VILLAGE = """\
kode: sukamaju-2026
judul: Pemilihan Kepala Desa Sukamaju
zona_waktu: WIB
dibuka: 2026-11-29 07:00
ditutup: 2026-11-29 13:00
kontak: Panitia, 0800-0000-000
surat_suara:
  - kode: kades
    jabatan: Kepala Desa
    sebutan: [kades]
    calon:
      - nomor: 1
        nama: H. Ahmad Fauzi, S.E.
        panggilan: [Pak Fauzi]
        jenis_kelamin: L
        visi: Desa mandiri.
      - nomor: 2
        nama: Siti Rahmawati, S.Pd.
        panggilan: [Bu Siti, Bu Rahma]
        jenis_kelamin: P
        visi: Desa sehat.
        misi: [Posyandu di tiap RW]
      - nomor: 3
        nama: Bambang Sutrisno
        panggilan: [Mas Tris]
        jenis_kelamin: L
"""

LIVE = VILLAGE.replace("surat_suara:", "hasil: langsung\nsurat_suara:")
"""The village, with results that are seen while people vote."""

REGION = """\
kode: pilkada-2026
judul: Pilkada Kabupaten Rimba Jaya
zona_waktu: WITA
dibuka: 2026-11-29 07:00
ditutup: 2026-11-29 13:00
kontak: KPU Rimba Jaya
hasil: langsung
surat_suara:
  - kode: gubernur
    jabatan: Gubernur
    sebutan: [gub, cagub]
    calon:
      - {nomor: 1, nama: [Andi Mallarangi, Ruth Sondakh]}
      - {nomor: 2, nama: [Dewi Kartika, Hasan Basri]}
  - kode: bupati
    jabatan: Bupati
    sebutan: [bup, cabup]
    calon:
      - {nomor: 1, nama: [Lukman Hakim, Yuliana Tandi]}
      - {nomor: 2, kotak_kosong: ya}
"""


REVOTE = VILLAGE.replace("kontak:", "pilih_ulang: ya\nkontak:")
"""The same, where voters may vote again."""


def open_now(definition: str) -> str:
    """The definition with hours that include any present day."""
    return definition.replace("2026-11-29 07:00", "2020-01-01 07:00").replace(
        "2026-11-29 13:00", "2099-12-31 13:00"
    )


def village() -> Election:
    """One contest, three candidates."""
    return read_definition(VILLAGE)


def region() -> Election:
    """Two contests of pairs, the second against the empty box."""
    return read_definition(REGION)

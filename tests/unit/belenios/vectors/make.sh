#!/usr/bin/env bash
# The test vectors: an election of three voters and three trustees, any two of whom suffice, made by
# belenios-tool alone. Run it in an empty directory; it leaves the files that stand beside this script.
set -euo pipefail
export BELENIOS_USE_URANDOM=1
group=(--group BELENIOS-2048)
keygen() { belenios-tool setup generate-trustee-key-threshold "${group[@]}" "$@"; }

uuid=$(belenios-tool setup generate-token)
belenios-tool setup generate-credentials --uuid "$uuid" "${group[@]}" --count 3
cut -d' ' -f2 ./*.privcreds >credentials.txt
mv ./*.pubcreds public_creds.json

for _ in 1 2 3; do keygen --step 1; done
cat ./*.cert >certs.jsons
for key in *.key; do keygen --certs certs.jsons --key "$key" --step 3 --threshold 2; done \
    >polynomials.jsons
keygen --certs certs.jsons --step 4 --polynomials polynomials.jsons
for key in *.key; do
    keygen --certs certs.jsons --key "$key" --step 5 <"${key%.key}.vinput" >"${key%.key}.voutput"
done
cat ./*.voutput | keygen --certs certs.jsons --step 6 --polynomials polynomials.jsons >threshold.json
cat >questions.json <<'JSON'
{"description":"Contoh","name":"Ketua RT 03 “Melati”","questions":[{"answers":["Siti \"Bu RT\" R.",
"Kotak kosong"],"blank":true,"min":1,"max":1,"question":"Siapa ketua RT?"}]}
JSON
: >public_keys.jsons
belenios-tool setup make-trustees
belenios-tool setup make-election --uuid "$uuid" "${group[@]}" --template questions.json
belenios-tool archive init
rm election.json trustees.json public_creds.json

paste credentials.txt <(printf '[[0,1,0]]\n[[0,0,1]]\n[[1,0,0]]\n') | while read -r credential choice; do
    belenios-tool election generate-ballot --privcred <(echo "$credential") \
        --ballot <(echo "$choice") | belenios-tool archive add-event --type=Ballot
done
belenios-tool archive add-event --type=EndBallots </dev/null
belenios-tool election compute-encrypted-tally | belenios-tool archive add-event --type=EncryptedTally
keys=(*.key)
for trustee in 1 3; do
    key=${keys[trustee - 1]}
    belenios-tool election decrypt-threshold --key "$key" --decryption-key "${key%.key}.dkey" \
        --trustee-id "$trustee" | belenios-tool archive add-event --type=PartialDecryption
done
belenios-tool election compute-result | belenios-tool archive add-event --type=Result
belenios-tool election verify

mv "$uuid.bel" election.bel
cp "${keys[0]}" trustee1.key
cp "${keys[0]%.key}.vinput" trustee1.vinput
cp "${keys[0]%.key}.dkey" trustee1.dkey
belenios-tool setup generate-trustee-key "${group[@]}"
mv ./*.privkey single.privkey
mv ./*.pubkey single.pubkey
find . -type f ! -name election.bel ! -name credentials.txt ! -name 'trustee1.*' \
    ! -name 'single.*' -delete

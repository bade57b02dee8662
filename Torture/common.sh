# Functions shared by the torture scripts, which source this file in the root of the repository.

# Prints the name and digest of a run's last checkpoint, and the digest of its episodes.
fingerprint() {
    local last
    last=$(ls "$1"/checkpoints/step-*.safetensors | sort -t- -k2 -V | tail -1)
    basename "$last"
    sha256sum <"$last"
    if [ -f "$1/episodes.csv" ]; then sha256sum <"$1/episodes.csv"; fi
}

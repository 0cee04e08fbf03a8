#!/bin/sh
# Set OpenAttack and TextAttack up, each in an environment of its own: their pins clash with each other and with ours.
# Usage: sh scripts/peers/setup.sh FOLDER. Needs Python 3.11 (as PYTHON, or python3.11, or python3).
set -eu
folder=${1:?name the folder for the environments}
here=$(cd "$(dirname "$0")/../.." && pwd)
python=${PYTHON:-$(command -v python3.11 || command -v python3)}
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' ||
    { echo "OpenAttack imports on Python 3.11 only; name one with PYTHON=... ($python is another)" >&2; exit 1; }

mkdir -p "$folder"
for name in openattack textattack; do
    [ -x "$folder/$name/bin/python" ] || "$python" -m venv "$folder/$name"
done

install() {
    name=$1
    shift
    "$folder/$name/bin/python" -m pip --disable-pip-version-check install -q "$@"
}

if [ ! -f "$folder/openattack/.done" ]; then
    echo "setting up OpenAttack 2.1.1 in $folder/openattack (once) ..."
    install openattack -c "$here/constraints.txt" torch OpenAttack==2.1.1 scikit-learn safetensors
    touch "$folder/openattack/.done"
fi
if [ ! -f "$folder/textattack/.done" ]; then
    echo "setting up TextAttack 0.3.11 in $folder/textattack (once, minutes) ..."
    install textattack -c "$here/constraints.txt" torch
    # A plain install fails on one of its dependencies: they come first, and it without them.
    install textattack --prefer-binary lru-dict jieba pinyin OpenHowNet word2number num2words language_tool_python \
        lemminflect editdistance bert-score nltk pandas scipy terminaltables tqdm more-itertools Levenshtein filelock \
        scikit-learn safetensors
    install textattack flair==0.15.1
    install textattack 'datasets<4.5'
    install textattack --no-deps textattack==0.3.11
    touch "$folder/textattack/.done"
fi
echo "both libraries are in $folder"

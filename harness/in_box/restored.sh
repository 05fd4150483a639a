# What the restored evaluation does besides the ladder and the eval_script, see harness/restored.py.
#
# It is read whole before anything of it runs, and then emptied. What the shell keeps in variables
# is out of reach for what the patch starts; what lies in files is not, so of that a digest is kept.
# The functions leave the shell's options, its PATH and its locale as they find them.

sv_folder=${0%/*}
sv_path=$PATH
sv_archives=("$sv_folder/surface.tar" "$sv_folder/tests_before.tar" "$sv_folder/tests.tar")

sv_fail() {
  printf '\n%s failed %s\n' "$sv_begin" "$1"
  exit "$2"
}

# Keep what is to be put back, and how the tests are to be. Nothing of the patch is there yet.
sv_prepare() {
  { local -; set +eux; local PATH=$sv_path LC_ALL=C; } 2>/dev/null
  local -x HOME=$sv_folder/home
  : >"$0"
  cd "$1" 2>/dev/null || exit "$sv_no_repository"
  sv_root=$(pwd -P)
  sv_forget_future
  sv_keep_surface || sv_fail "the surface cannot be kept" "$sv_not_restored"
  sv_keep_tests || sv_fail "the test patch does not apply to HEAD" "$sv_not_restored"
  sv_digest=$(sv_digest_of_archives)
  sv_since=$(date +%s.%N)
}

# What is not reachable from HEAD is of the future, or of another branch; tags of the past stay.
sv_forget_future() {
  git for-each-ref --format='delete %(refname)' --no-merged=HEAD | git update-ref --no-deref --stdin
  rm -rf -- .git/logs .git/*_HEAD
}

# Sort the paths of the surface into files to be put back, folders, and what is not to be there.
sv_keep_surface() {
  local path
  sv_kept=() sv_folders=() sv_gone=()
  while IFS= read -r -d '' path; do
    sv_follow "$path" || continue
    if [ -d "$REPLY" ] && [ ! -L "$REPLY" ]; then
      sv_folders+=("$REPLY")
    elif [ -e "$REPLY" ] || [ -L "$REPLY" ]; then
      sv_kept+=("$REPLY")
    else
      sv_gone+=("$REPLY")
    fi
  done <"$sv_folder/surface"
  sv_pack "${sv_archives[0]}" "$sv_root" "${sv_kept[@]}"
}

# Set REPLY to where a path leads by links that are there already: GNU patch follows them.
sv_follow() {
  local rest=$1 way=
  while [[ $rest == */* ]]; do
    way+=${rest%%/*} rest=${rest#*/}
    if [ -L "$way" ]; then
      way=$(cd -P -- "./$way" 2>/dev/null && printf '%s.' "$PWD")
      way=${way%.}
      [[ $way/ == "$sv_root"/* ]] || return 1
      way=${way#"$sv_root"}
      way=${way#/}
    fi
    way=${way:+$way/}
  done
  REPLY=$way$rest
}

# The test patch is applied to HEAD in an index and a folder of its own.
sv_keep_tests() {
  local -x GIT_INDEX_FILE=$sv_folder/index
  local path asset meant=$sv_folder/meant
  sv_tests_before=() sv_tests=() sv_test_names=()
  mkdir -p "$meant"
  git read-tree HEAD || return
  [ ! -s "$sv_folder/test.patch" ] || git apply --cached "$sv_folder/test.patch" || return
  git checkout-index --quiet --force --prefix="$meant/" -z --stdin <"$sv_folder/test_files"
  while IFS= read -r -d '' path && IFS= read -r -d '' asset; do
    mkdir -p -- "$(dirname -- "$meant/$path")" && cp -- "$asset" "$meant/$path" || return
  done <"$sv_folder/assets"
  while IFS= read -r -d '' path; do
    sv_test_names+=("$path")
    if [ -e "$path" ] || [ -L "$path" ]; then sv_tests_before+=("$path"); fi
    if [ -e "$meant/$path" ] || [ -L "$meant/$path" ]; then sv_tests+=("$path"); fi
  done < <(cat "$sv_folder/test_files" "$sv_folder/asset_files")
  sv_pack "${sv_archives[1]}" "$sv_root" "${sv_tests_before[@]}" &&
    sv_pack "${sv_archives[2]}" "$meant" "${sv_tests[@]}"
}

sv_pack() {
  local archive=$1 from=$2
  shift 2
  { [ $# = 0 ] || printf './%s\0' "$@"; } |
    tar --create --file="$archive" --directory="$from" --no-recursion --null --files-from=-
}

sv_digest_of_archives() {
  cat "${sv_archives[@]}" | sha256sum
}

# Put back the surface with the tests as they were before the test patch, for the installation.
sv_restore_before() {
  { local -; set +eux; local PATH=$sv_path LC_ALL=C; } 2>/dev/null
  cd "$sv_root" || sv_fail "the repository is gone" "$sv_not_restored"
  sv_put_back "${sv_archives[1]}" "${sv_tests_before[@]}"
}

# End all that still runs, put back the surface with the tests as they are meant to be, and say so.
sv_restore() {
  { local -; set +eux; local PATH=$sv_path LC_ALL=C; } 2>/dev/null
  local here=$PWD
  sv_end_others
  sv_bound_time
  cd "$sv_root" || sv_fail "the repository is gone" "$sv_not_restored"
  # Bytecode of the restored files may lie in wait; times of change, unlike others, are not set.
  find . -name '*.py[co]' -newerct "@$sv_since" -delete
  sv_put_back "${sv_archives[2]}" "${sv_tests[@]}"
  sv_each_present touch --no-create --no-dereference
  mapfile -t -d '' sv_facts < <(sv_each_present stat --printf='%i %s %z %n\0')
  cd "$here" || sv_fail "the folder of the tests is gone" "$sv_not_restored"
  printf '\n%s begin\n' "$sv_begin"
}

sv_put_back() {
  local tests=$1 archive path
  shift
  [ "$(sv_digest_of_archives)" = "$sv_digest" ] ||
    sv_fail "what was kept of the surface was changed" "$sv_not_restored"
  for path in "${sv_kept[@]}" "$@"; do sv_clear_way "$path"; done
  {
    for path in "${sv_folders[@]}"; do [ -d "$path" ] && [ ! -L "$path" ] || sv_found "$path"; done
    for path in "${sv_kept[@]}" "${sv_gone[@]}" "${sv_test_names[@]}"; do sv_found "$path"; done
  } | xargs -0 --no-run-if-empty rm -rf --
  for archive in "${sv_archives[0]}" "$tests"; do
    tar --extract --preserve-permissions --file="$archive" &&
      tar --compare --file="$archive" >&2 ||
      sv_fail "the surface cannot be put back" "$sv_not_restored"
  done
}

# Remove what is no folder among the folders of a path.
sv_clear_way() {
  local rest=$1 way=
  while [[ $rest == */* ]]; do
    way+=${rest%%/*} rest=${rest#*/}
    if [ -L "$way" ] || { [ -e "$way" ] && [ ! -d "$way" ]; }; then rm -f -- "./$way"; fi
    way+=/
  done
}

# Print a path where something is at it, unless links lead there: then it is that of another path.
sv_found() {
  local rest=$1 way=
  while [[ $rest == */* ]]; do
    way+=${rest%%/*} rest=${rest#*/}
    [ ! -L "$way" ] || return 0
    way+=/
  done
  if [ -e "$1" ] || [ -L "$1" ]; then printf './%s\0' "$1"; fi
}

sv_each_present() {
  local paths=("${sv_kept[@]}" "${sv_tests[@]}")
  [ "${#paths[@]}" = 0 ] || printf './%s\0' "${paths[@]}" | xargs -0 "$@" -- 2>/dev/null
}

# Only where process 1 was started for this script are all others the box's. One call ends them
# all, so that none can fork its way past it; it fails when none is left.
sv_end_others() {
  local words
  mapfile -t -d '' words </proc/1/cmdline
  [ "${words[-1]-}" = "$0" ] || return 0
  while kill -KILL -1 2>/dev/null; do :; done
}

# For when nobody outside is left to end this.
sv_bound_time() {
  { sleep "$sv_seconds" && kill -KILL "$$"; } </dev/null >/dev/null 2>&1 &
  disown
}

# Say what became of the restored files meanwhile, and end with the tests' own exit code.
sv_tests_ended() {
  { local -; set +eux; local PATH=$sv_path LC_ALL=C; } 2>/dev/null
  local fact path
  local -A now
  sv_end_others
  printf '\n%s end\n' "$sv_end"
  cd "$sv_root" 2>/dev/null || exit "$1"
  while IFS= read -r -d '' fact; do now[$fact]=1; done < <(sv_each_present stat --printf='%i %s %z %n\0')
  for fact in "${sv_facts[@]}"; do
    [ "${now[$fact]-}" ] || printf '%s changed %q\n' "$sv_end" "${fact#*/}"
  done
  for path in "${sv_gone[@]}"; do
    if [ -e "$path" ] || [ -L "$path" ]; then printf '%s changed %q\n' "$sv_end" "$path"; fi
  done
  exit "$1"
}

# Reads what `ptxas -v` said of each image and writes a table, a kernel a line:
#
#   kernel  image  registers of each architecture  bytes of static shared memory  bytes spilled
#
# with - where the image has no code of its own for an architecture.
#
# Called with  -v table=FILE  and  image=NAME LOG  pairs. Prints a summary. Ladder kernels may spill,
# a product kernel must not: the exit status is then 1.

/Compiling entry function/ {
  split($0, quoted, "'")
  kernel = quoted[2]
  architecture = quoted[4]
  if (!(kernel in image_of)) {
    order[++kernels] = kernel
    image_of[kernel] = image
  }
  if (!(architecture in seen)) {
    seen[architecture] = 1
    architectures[++targets] = architecture
  }
}

/bytes spill stores/ {
  for (i = 1; i <= NF; i++) {
    if ($i == "spill") spilled[kernel] += $(i - 2)
  }
}

/Used [0-9]+ registers/ {
  for (i = 1; i < NF; i++) {
    if ($i == "Used") registers[kernel, architecture] = $(i + 1)
    if ($(i + 1) ~ /^smem/ && $(i - 1) != "+") shared[kernel] = $(i - 1) + 0
  }
  if (registers[kernel, architecture] > most) {
    most = registers[kernel, architecture]
    most_in = kernel
  }
}

END {
  header = sprintf("%-40s %-32s", "kernel", "image")
  for (t = 1; t <= targets; t++) header = header sprintf(" %6s", architectures[t])
  print header "  shared spilled" > table
  for (k = 1; k <= kernels; k++) {
    name = order[k]
    line = sprintf("%-40s %-32s", name, image_of[name])
    for (t = 1; t <= targets; t++) {
      known = (name, architectures[t]) in registers
      line = line sprintf(" %6s", known ? registers[name, architectures[t]] : "-")
    }
    line = line sprintf(" %7d %7d", shared[name], spilled[name])
    print line > table
    if (spilled[name] > 0 && image_of[name] !~ /^ladder\//) failed[name] = spilled[name]
    if (spilled[name] > 0) spills++
  }
  close(table)
  printf "CUDA: %d kernels for %d architectures, at most %d registers (%s), %s; see %s\n", kernels,
    targets, most, most_in, spills ? spills " spill" : "no spills", table
  for (name in failed) {
    printf "error: kernel %s (%s.cu) spills %d bytes: give each thread less to hold\n", name,
      image_of[name], failed[name] > "/dev/stderr"
    status = 1
  }
  exit status
}

module consumer {
  requires dev.kernite.models;
}

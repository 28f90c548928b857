package dev.kernite.models.hub;

/**
 * A file as the hub describes it.
 *
 * @param name path in the repository, {@code onnx/model.onnx}
 * @param commit of the repository
 * @param etag names its content
 * @param bytes its length; negative if the hub does not tell
 */
record RemoteFile(String name, String commit, Etag etag, long bytes) {}

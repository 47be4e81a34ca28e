/// Where manifests are read from: the disk, or what a test has in its place.
package protocol ManifestStore {
    /// The names of the files in a directory, in any order; `nil` if the path is something else than a directory.
    func files(inDirectory path: String) throws(ManifestAccessError) -> [String]?

    /// The contents of a file, however long, but no more than `limit` octets of it.
    func contents(of path: String, atMost limit: Int) throws(ManifestAccessError) -> [UInt8]

    /// What comes from standard input until it ends.
    func standardInput(atMost limit: Int) throws(ManifestAccessError) -> [UInt8]
}

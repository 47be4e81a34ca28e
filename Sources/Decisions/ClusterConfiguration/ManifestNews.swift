/// What became of manifests since they were last read.
package enum ManifestNews: Hashable, Sendable {
    /// All that they say.
    case whole(ManifestReading)
    /// What alone is not as it was.
    case part(ManifestChange)
}

import ClusterConfiguration

/// One of the things that a file says, in the order of the file.
enum ManifestItem: Sendable {
    case problem(Problem)
    /// Something of the file could not be read, so it is not known which objects there are.
    case incomplete
    /// An object of a kind that is not Martlet's business.
    case ignored(TypeMeta, String, ObjectReference?, SourceLocation)
    /// An object that was meant for Martlet, but is not understood.
    case refused(ObjectReference)
    case object(ManifestObject)
}

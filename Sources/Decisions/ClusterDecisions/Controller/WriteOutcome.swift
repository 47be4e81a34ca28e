import KubernetesModel

/// How a write ended.
package enum WriteOutcome: Hashable, Sendable {
    /// It is done. The object as the API server has it now, where it is a Service.
    case done(Service?)
    /// The object changed since it was read: it is looked at again.
    case conflict
    /// The object is not there any more, or the kind has no such subresource.
    case gone
    /// The API server will not have it, for this reason: for example a permission is missing.
    case refused(String)
    /// The API server could not be reached, or had trouble of its own; and how long it asks to be left alone.
    case failed(String, pause: Duration?)
}

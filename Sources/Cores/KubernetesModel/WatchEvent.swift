/// What a watch says of the objects that it follows.
///
/// First every object that is there, each once; then `ready`, once; from then on only what changes. A list that had to
/// be read again is compared with what is known, so it is never mistaken for a change, and no deletion is lost in it.
/// If the first list had to be started again, what changed meanwhile is reported as a change, before `ready`.
package enum WatchEvent<Object: Sendable>: Sendable {
    /// An object that was there when the watch began.
    case initial(Object)
    /// Everything that was there has been said.
    case ready
    /// An object is new, or is not what it was.
    case applied(Object)
    /// The object of this name is gone.
    case deleted(NamespacedName)
}

extension WatchEvent: Equatable where Object: Equatable {}
extension WatchEvent: Hashable where Object: Hashable {}

extension WatchEvent {
    /// The same event of what an object amounts to.
    package func map<Other: Sendable>(_ transform: (Object) -> Other) -> WatchEvent<Other> {
        switch self {
        case .initial(let object): .initial(transform(object))
        case .ready: .ready
        case .applied(let object): .applied(transform(object))
        case .deleted(let name): .deleted(name)
        }
    }
}

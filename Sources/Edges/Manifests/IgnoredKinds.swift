import ClusterConfiguration

/// The kinds that were met but are not Martlet's business: one note for each.
struct IgnoredKinds {
    private struct Kind {
        var count = 0
        var message: String
        var object: ObjectReference?
        var location: SourceLocation
    }

    private var kinds: [TypeMeta: Kind] = [:]
    private var order: [TypeMeta] = []

    mutating func add(_ type: TypeMeta, _ message: String, _ object: ObjectReference?, _ location: SourceLocation) {
        if kinds[type] == nil { order.append(type) }
        kinds[type, default: Kind(message: message, object: object, location: location)].count += 1
    }

    var notes: [Problem] {
        order.compactMap { type in
            kinds[type].map { kind in
                let others = kind.count == 1 ? "" : " (this object and \(kind.count - 1) more)"
                return Problem(.note, kind.object, kind.message + others, at: kind.location)
            }
        }
    }
}

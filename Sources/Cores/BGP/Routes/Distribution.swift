/// Names a peer within an ``AdjRIBOut``.
struct PeerIndex: Hashable, Sendable, Comparable {
    let rawValue: Int32
    static func < (a: PeerIndex, b: PeerIndex) -> Bool { a.rawValue < b.rawValue }
}

/// Names a set of attributes within an ``AdjRIBOut``: equal sets have equal names.
struct AttributesID: Hashable, Sendable, Comparable {
    let rawValue: Int32
    static func < (a: AttributesID, b: AttributesID) -> Bool { a.rawValue < b.rawValue }
}

/// Which peers get a route, and with which attributes. Most routes share one with many others.
struct Distribution: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        let peer: PeerIndex
        let attributes: AttributesID
    }

    /// Sorted by peer, each once.
    let entries: [Entry]

    func attributes(for peer: PeerIndex) -> AttributesID? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].peer < peer { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].peer == peer ? entries[low].attributes : nil
    }

    /// Calls `body` for every peer of either, with the attributes that it has in each.
    static func forEachPeer(
        of old: Distribution?, _ new: Distribution?, _ body: (PeerIndex, AttributesID?, AttributesID?) -> Void
    ) {
        let a = old?.entries ?? []
        let b = new?.entries ?? []
        var i = 0
        var j = 0
        while i < a.count || j < b.count {
            if j == b.count || (i < a.count && a[i].peer < b[j].peer) {
                body(a[i].peer, a[i].attributes, nil)
                i += 1
            } else if i == a.count || b[j].peer < a[i].peer {
                body(b[j].peer, nil, b[j].attributes)
                j += 1
            } else {
                body(a[i].peer, a[i].attributes, b[j].attributes)
                i += 1
                j += 1
            }
        }
    }
}

import Addresses

/// What one process, or all of a cluster's, know together: the source of every `get`.
package struct ClusterStatus: Hashable, Sendable {
    /// In the order of their nodes.
    package let documents: [StatusDocument]
    /// What all of them did and noticed, in the order of time.
    package let events: [EventEntry]

    package init(_ documents: [StatusDocument], events: [EventEntry] = []) {
        self.events = events.sorted { ($0.time, $0.node ?? "", $0.number) < ($1.time, $1.node ?? "", $1.number) }
        self.documents = documents.sorted { ($0.node ?? "", $0.role) < ($1.node ?? "", $1.role) }
    }

    /// The Services with their announcements, sorted by name.
    ///
    /// Where several processes speak of one Service, an address counts for more than none.
    package var services: [ServiceEntry] {
        var assignments: [String: AssignmentEntry] = [:]
        for entry in documents.flatMap(\.assignments) {
            if let known = assignments[entry.service], known.state == "assigned" || entry.state != "assigned" {
                continue
            }
            assignments[entry.service] = entry
        }
        let announcements = Dictionary(grouping: self.announcements, by: \.service)
        let silent = Dictionary(grouping: documents.flatMap(\.silent), by: \.service)
        return assignments.values.map { ($0, $0.service.orderKey) }.sorted { $0.1 < $1.1 }.map(\.0).map {
            ServiceEntry(
                assignment: $0, announcements: announcements[$0.service] ?? [], silent: silent[$0.service] ?? [])
        }
    }

    /// Sorted by Service, address, protocol, node and peer.
    package var announcements: [AnnouncementEntry] {
        documents.flatMap(\.announcements).map { ($0, AddressOrder($0.ip), $0.service.orderKey) }.sorted { a, b in
            if a.2 != b.2 { return a.2 < b.2 }
            if a.1 != b.1 { return a.1 < b.1 }
            // Layer 2 before BGP.
            if a.0.isBGP != b.0.isBGP { return b.0.isBGP }
            return (a.0.node, a.0.peer ?? "") < (b.0.node, b.0.peer ?? "")
        }.map(\.0)
    }

    /// Sorted by name; of several reports of one pool the first is taken.
    package var pools: [PoolEntry] {
        documents.flatMap(\.pools).grouped(by: \.pool).map { $0[0] }.sorted { $0.pool < $1.pool }
    }

    /// Sorted by node and name.
    package var peers: [NodePeerEntry] {
        documents.flatMap { document in
            document.peers.sorted { $0.peer < $1.peer }.map { NodePeerEntry(node: document.node ?? "", peer: $0) }
        }
    }

    /// Every process that announces, sorted by node.
    package var speakers: [SpeakerEntry] {
        documents.filter { $0.role != "controller" }.map { SpeakerEntry($0) }
    }

    /// Sorted by node, peer and prefix.
    package var routes: [RouteEntry] {
        let advertised = announcements.filter { $0.isBGP && $0.prefix != nil }
        return advertised.grouped(by: { RouteEntry.Key($0) }).map { RouteEntry($0) }
            .map { ($0, AddressOrder($0.prefix)) }
            .sorted { a, b in
                if a.0.node != b.0.node { return a.0.node < b.0.node }
                if a.0.peer != b.0.peer { return a.0.peer < b.0.peer }
                return a.1 < b.1
            }.map(\.0)
    }
}

/// The order of addresses and prefixes by number; what is neither comes last, by its text.
private struct AddressOrder: Hashable, Comparable {
    private let address: IPAddress?
    private let text: String

    init(_ text: String) {
        address = try? IPAddress(String(text.prefix { $0 != "/" }))
        self.text = text
    }

    static func < (a: AddressOrder, b: AddressOrder) -> Bool {
        switch (a.address, b.address) {
        case (let a?, let b?) where a != b: a < b
        case (.some, .none): true
        case (.none, .some): false
        default: a.text < b.text
        }
    }
}

extension String {
    /// What to sort Services by: first the namespace, then the name. The slash gives way to what sorts before all that
    /// names are made of.
    fileprivate var orderKey: String {
        String(decoding: utf8.map { $0 == UInt8(ascii: "/") ? 1 : $0 }, as: UTF8.self)
    }
}

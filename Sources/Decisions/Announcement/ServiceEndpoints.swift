import Addresses
import KubernetesModel

/// Where a Service's usable endpoints are, by address family: traffic to an IPv6 address of a Service goes to its IPv6
/// endpoints and to no others.
package struct ServiceEndpoints: Hashable, Sendable {
    /// Without families that have no usable endpoint.
    private var families: [AddressFamily: FamilyEndpoints]

    package init(_ families: [AddressFamily: FamilyEndpoints]) { self.families = families.filter(\.value.isUsable) }

    /// The same endpoints in each family.
    package init(both endpoints: FamilyEndpoints) {
        self.init(Dictionary(uniqueKeysWithValues: AddressFamily.allCases.map { ($0, endpoints) }))
    }

    /// No usable endpoint anywhere.
    package static let none = ServiceEndpoints([:])

    package subscript(family: AddressFamily) -> FamilyEndpoints { families[family] ?? .none }

    /// The endpoints in all slices of one Service; `nil` if there is no slice.
    ///
    /// A slice counts for the family of its `addressType` only. One with names (`FQDN`) counts for none, as in
    /// kube-proxy, but it is a slice: a family without a slice, where there is any other, has no endpoint. Without
    /// `addressType`, which the API server does not accept, each endpoint counts for the family of its address; one
    /// without an address, for both.
    package init?(_ slices: some Sequence<EndpointSlice>) {
        var tallies: [AddressFamily: Tally] = [:]
        var isEmpty = true
        for slice in slices {
            isEmpty = false
            for endpoint in slice.endpoints ?? [] where endpoint.isUsable {
                for family in slice.families(of: endpoint) { tallies[family, default: Tally()].add(endpoint) }
            }
        }
        guard !isEmpty else { return nil }
        self.init(tallies.mapValues(\.total))
    }

    /// Counts the endpoints of one family. A pod may be in a slice for each set of ports; it counts once.
    private struct Tally {
        private var ready: [String: Set<String>] = [:]
        private var terminating: [String: Set<String>] = [:]

        mutating func add(_ endpoint: Endpoint) {
            guard let node = endpoint.nodeName else { return }
            let address = endpoint.addresses?.first ?? ""
            if endpoint.isReady {
                ready[node, default: []].insert(address)
            } else {
                terminating[node, default: []].insert(address)
            }
        }

        /// What was added, where anything was.
        var total: FamilyEndpoints {
            FamilyEndpoints(
                ready: ready.mapValues(\.count), terminating: terminating.mapValues(\.count), isUsable: true)
        }
    }
}

extension EndpointSlice {
    fileprivate func families(of endpoint: Endpoint) -> [AddressFamily] {
        switch addressType {
        case "IPv4": [.ipv4]
        case "IPv6": [.ipv6]
        case nil:
            if let address = endpoint.addresses?.first {
                (try? IPAddress(address)).map { [$0.family] } ?? []
            } else {
                AddressFamily.allCases
            }
        default: []
        }
    }

    /// What ``ServiceEndpoints`` depends on, in an order that does not: which Service, and of each usable endpoint its
    /// node, its first address and its state.
    package var reduced: EndpointSlice {
        let label = metadata.labels?[EndpointSlice.serviceNameLabel]
        let metadata = ObjectMeta(
            name: metadata.name, namespace: metadata.namespace,
            labels: label.map { [EndpointSlice.serviceNameLabel: $0] })
        let endpoints = (endpoints ?? []).filter(\.isUsable).map { endpoint in
            Endpoint(
                addresses: endpoint.addresses.map { Array($0.prefix(1)) },
                conditions: endpoint.isReady ? nil : EndpointConditions(ready: false, serving: true),
                nodeName: endpoint.nodeName)
        }
        func key(_ endpoint: Endpoint) -> (String, String, Int) {
            (endpoint.nodeName ?? "", endpoint.addresses?.first ?? "", endpoint.isReady ? 0 : 1)
        }
        return EndpointSlice(
            metadata: metadata, addressType: addressType, endpoints: endpoints.sorted { key($0) < key($1) })
    }
}

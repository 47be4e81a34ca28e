/// What to do about a reason word, for somebody who meets it for the first time.
package enum Advice {
    /// A sentence or two; `nil` for a word that is not known.
    package static func sentence(for reason: String) -> String? { sentences[reason] }

    /// Every word that there is advice for.
    package static var reasons: Set<String> { Set(sentences.keys) }

    private static let sentences: [String: String] = [
        // Why a Service has no address.
        "NoPools": """
        Create an IPAddressPool with addresses that nobody else uses, or set autoAssign: true on one that \
        serves only on request.
        """,
        "PoolExhausted": """
        Add addresses to a pool (spec.addresses), delete Services that are not needed, or let Services share \
        an address (annotation allow-shared-ip).
        """,
        "PoolNotFound": """
        The annotation address-pool names a pool that does not exist: `martlet get pools` lists those that \
        do. Correct it or remove it.
        """,
        "PoolNotAllowed": """
        The pool's serviceAllocation is for other namespaces or Services: add this one's namespace or labels \
        to it, or let the Service use another pool.
        """,
        "AddressNotInPool": """
        Ask for an address that a pool holds (`martlet get pools -o wide` shows them), or add the address to \
        a pool.
        """,
        "AddressInUse": """
        Ask for another address, remove the request to get any free one, or give both Services the same key \
        in the annotation allow-shared-ip.
        """,
        "SharingRefused": """
        Services share an address under one key, with different ports, and with externalTrafficPolicy Local \
        only if they have the same selector; a shared address is announced at layer 2 only by an \
        L2Advertisement without serviceSelectors.
        """,
        "FamilyMismatch": """
        The Service's ipFamilies and the addresses of the pools do not meet: add addresses of the family to \
        a pool, or change spec.ipFamilyPolicy.
        """,
        "RequestInvalid": """
        Correct the request in the Service's annotations or spec.loadBalancerIP; the message says what is \
        wrong with it.
        """,
        "QuotaExceeded": """
        Raise quotaPerNamespace of the pool, or delete Services of this namespace that are not needed.
        """,
        "AddressReserved": """
        A node or a gateway has the address: ask for another, and list it in excludedAddresses of the pool.
        """,
        "PoolDisabled": """
        Remove spec.disabled from the pool, or let the Service use another pool (annotation address-pool).
        """,
        "ReuseAfter": """
        Wait: the addresses that are free were released too recently (reuseAfter, retainFor of the pool). It \
        is tried again by itself.
        """,
        // Why a node is silent.
        "NotSelected": """
        Nothing is wrong if another node announces the address. Otherwise change nodeSelectors of the \
        advertisement, or label a node.
        """,
        "NotElected": "Nothing is wrong: one node at a time announces an address at layer 2, and it is another.",
        "NoLocalEndpoint": """
        With externalTrafficPolicy: Local only nodes with a ready pod announce: run a pod there, or use \
        Cluster.
        """,
        "NoEndpoint": """
        The Service has no ready pod, so nobody announces it: look at its selector and its pods (`kubectl \
        get endpointslices`).
        """,
        "Excluded": """
        Remove the label node.kubernetes.io/exclude-from-external-load-balancers from the node if it should \
        announce.
        """,
        "NetworkUnavailable": """
        The node's network is not set up: look at its network plugin; the condition NetworkUnavailable must \
        become False.
        """,
        "InterfaceMissing": """
        No interface that the advertisement names is up on the node: look at `ip link` there, and at \
        spec.interfaces.
        """,
        "NoAdvertisement": """
        Create an L2Advertisement or BGPAdvertisement about the pool of the address; one without a spec is \
        about all pools.
        """,
        "NotHeard": """
        The node's speaker is down, or its multicast does not pass: look at `martlet get speakers`, and at \
        the switch between the two (UDP port 3784, multicast).
        """,
        "Conflict": """
        Another machine uses the address: find it by its MAC (`martlet probe ADDRESS`), take the address \
        from it, or exclude the address from the pool.
        """,
        "Draining": """
        The node is being drained, so others take over. Uncordon it, or remove its label, when it is to \
        announce again.
        """,
        "PeerNotSelected": """
        No BGPPeer is for this node, this family and this advertisement: look at nodeSelectors of the \
        BGPPeers and peers of the BGPAdvertisement.
        """,
    ]
}

/// What to do about a reason word, for a reader who does not know it.
package enum Advice {
    /// A sentence or two; `nil` for a word that is not known.
    package static func sentence(for reason: String) -> String? { sentences[reason] }

    /// Every word that there is advice for.
    package static var reasons: Set<String> { Set(sentences.keys) }

    private static let sentences: [String: String] = [
        // Why a Service has no address.
        "NoPools": """
        Create an IPAddressPool with addresses that no other host uses, or set autoAssign: true on one that \
        allocates only on request.
        """,
        "PoolExhausted": """
        Add addresses to a pool (spec.addresses), delete Services that are not needed, or let Services share \
        an address (annotation allow-shared-ip).
        """,
        "PoolNotFound": """
        The annotation address-pool names a pool that does not exist. `martlet get pools` lists those that \
        do. Correct the annotation, or remove it.
        """,
        "PoolNotAllowed": """
        The pool's serviceAllocation selects other namespaces or Services. Add this namespace or these labels \
        to it, or let the Service use another pool.
        """,
        "AddressNotInPool": """
        Request an address that a pool contains (`martlet get pools -o wide` shows them), or add the address to \
        a pool.
        """,
        "AddressInUse": """
        Request another address, remove the request to get any free one, or give both Services the same key \
        in the annotation allow-shared-ip.
        """,
        "SharingRefused": """
        Services share an address only with one key and different ports, and with externalTrafficPolicy Local \
        only with one selector. At layer 2, a shared address is announced only by an \
        L2Advertisement without serviceSelectors.
        """,
        "FamilyMismatch": """
        No pool has addresses of the Service's ipFamilies. Add addresses of the family to \
        a pool, or change spec.ipFamilyPolicy.
        """,
        "RequestInvalid": """
        Correct the request in the Service's annotations or spec.loadBalancerIP. The message says what is \
        wrong with it.
        """,
        "QuotaExceeded": """
        Raise quotaPerNamespace of the pool, or delete Services of this namespace that are not needed.
        """,
        "AddressReserved": """
        A node or a gateway uses the address. Request another one, and list it in excludedAddresses of the pool.
        """,
        "PoolDisabled": """
        Remove spec.disabled from the pool, or let the Service use another pool (annotation address-pool).
        """,
        "ReuseAfter": """
        Wait: the free addresses were released too recently (reuseAfter, retainFor of the pool). Martlet tries \
        again automatically.
        """,
        // Why a node does not announce.
        "NotSelected": """
        Nothing is wrong if another node announces the address. Otherwise change nodeSelectors of the \
        advertisement, or label a node.
        """,
        "NotElected":
            "Nothing is wrong: one node at a time announces an address at layer 2, and another node has this one.",
        "NoLocalEndpoint": """
        With externalTrafficPolicy: Local only nodes with a ready pod announce: run a pod there, or use \
        Cluster.
        """,
        "NoEndpoint": """
        The Service has no ready pod, so no node announces it. Check its selector and its pods (`kubectl \
        get endpointslices`).
        """,
        "Excluded": """
        Remove the label node.kubernetes.io/exclude-from-external-load-balancers from the node if it should \
        announce.
        """,
        "NetworkUnavailable": """
        The node's network is not set up. Check its network plugin: the condition NetworkUnavailable must \
        become False.
        """,
        "InterfaceMissing": """
        No interface that the advertisement names is up on the node. Check `ip link` there, and \
        spec.interfaces.
        """,
        "NoAdvertisement": """
        Create an L2Advertisement or BGPAdvertisement that selects the pool of the address. One without a spec \
        selects all pools.
        """,
        "NotHeard": """
        The node's speaker is down, or its multicast is blocked. Check `martlet get speakers`, and \
        the switch between the two (UDP port 3784, multicast).
        """,
        "Conflict": """
        Another host uses the address. Find it by its MAC (`martlet probe ADDRESS`), remove the address \
        from it, or exclude the address from the pool.
        """,
        "Draining": """
        The node is being drained, so other nodes take over. Uncordon it, or remove its label, when it should \
        announce again.
        """,
        "PeerNotSelected": """
        No BGPPeer matches this node, this family and this advertisement. Check nodeSelectors of the \
        BGPPeers and peers of the BGPAdvertisement.
        """,
    ]
}

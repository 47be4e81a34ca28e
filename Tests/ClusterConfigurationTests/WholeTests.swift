import ClusterConfiguration
import KubernetesModel
import Manifests
import TestSupport
import Testing

/// Configurations as people have them.
@Suite struct WholeTests {
    /// Manifests as MetalLB's users write them.
    private static let metalLB = """
        apiVersion: metallb.io/v1beta1
        kind: IPAddressPool
        metadata:
          name: first-pool
          namespace: metallb-system
          labels:
            tier: front
        spec:
          addresses:
          - 192.168.10.0/24
          - 192.168.9.1-192.168.9.5
          - fc00:f853:0ccd:e799::/124
        ---
        apiVersion: metallb.io/v1beta1
        kind: IPAddressPool
        metadata:
          name: pinned
          namespace: metallb-system
        spec:
          addresses:
            - 192.168.20.0/24
          avoidBuggyIPs: true
          autoAssign: false
          serviceAllocation:
            priority: 50
            namespaces:
              - namespace-a
              - namespace-b
            namespaceSelectors:
              - matchLabels:
                  foo: bar
            serviceSelectors:
              - matchExpressions:
                  - {key: app, operator: In, values: [bar]}
        ---
        apiVersion: metallb.io/v1beta1
        kind: L2Advertisement
        metadata:
          name: empty
          namespace: metallb-system
        ---
        apiVersion: metallb.io/v1beta1
        kind: L2Advertisement
        metadata:
          name: some-nodes
          namespace: metallb-system
        spec:
          ipAddressPools:
          - first-pool
          nodeSelectors:
          - matchLabels:
              kubernetes.io/hostname: worker-a
          - matchLabels:
              kubernetes.io/hostname: worker-b
          interfaces:
          - eth3
        ---
        apiVersion: metallb.io/v1beta1
        kind: BGPAdvertisement
        metadata:
          name: local
          namespace: metallb-system
        spec:
          ipAddressPools:
          - first-pool
          aggregationLength: 32
          aggregationLengthV6: 128
          localPref: 100
          communities:
          - 65535:65282
          - NO_ADVERTISE
          peers:
          - router-a
        ---
        apiVersion: metallb.io/v1beta1
        kind: Community
        metadata:
          name: communities
          namespace: metallb-system
        spec:
          communities:
          - name: vpn-only
            value: 1234:1
          - name: NO_ADVERTISE
            value: 65535:65282
          - name: big
            value: large:4200000000:1:2
        ---
        apiVersion: metallb.io/v1beta2
        kind: BGPPeer
        metadata:
          name: router-a
          namespace: metallb-system
        spec:
          myASN: 64512
          peerASN: 64512
          peerAddress: 172.30.0.3
          peerPort: 179
          holdTime: 9m0s
          keepaliveTime: 0s
          connectTime: 120s
          passwordSecret:
            name: secretname
          bfdProfile: testbfdprofile
          vrf: red
          nodeSelectors:
          - matchExpressions:
            - key: rack
              operator: In
              values: [frontend, backend]
        ---
        apiVersion: metallb.io/v1beta2
        kind: BGPPeer
        metadata:
          name: router-b
          namespace: metallb-system
        spec:
          myASN: 64512
          dynamicASN: external
          peerAddress: fc00:f853:ccd:e793::5
          ebgpMultiHop: true
          enableGracefulRestart: true
          disableMP: false
        ---
        apiVersion: v1
        kind: Secret
        metadata:
          name: secretname
          namespace: metallb-system
        type: kubernetes.io/basic-auth
        data:
          password: c2VjcmV0
        ---
        apiVersion: metallb.io/v1beta1
        kind: BFDProfile
        metadata:
          name: testbfdprofile
          namespace: metallb-system
        spec:
          receiveInterval: 380
          transmitInterval: 270
          detectMultiplier: 3
          echoMode: false
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: nginx
          annotations:
            metallb.universe.tf/loadBalancerIPs: 192.168.10.7
            metallb.io/allow-shared-ip: "key"
        spec:
          ports:
          - name: http
            port: 80
            protocol: TCP
            targetPort: 80
          selector:
            app: nginx
          type: LoadBalancer
        """

    @Test("What MetalLB's users have is read as it is")
    func metalLB() {
        let checked = Checked(WholeTests.metalLB)
        #expect(checked.problems.isEmpty, "\(checked.lines)")
        #expect(checked.configuration.pools.map(\.name) == ["first-pool", "pinned"])
        #expect(checked.configuration.pools.map(\.sharing) == [.allNamespaces, .allNamespaces])
        #expect(checked.configuration.layer2Advertisements.count == 2)
        #expect(checked.configuration.bgpAdvertisements.first?.communities.count == 1)
        #expect(checked.configuration.bgpAdvertisements.first?.namespace == "metallb-system")
        #expect(checked.configuration.peers.map(\.name) == ["router-a", "router-b"])
        #expect(checked.configuration.peers.first?.keepaliveTime == .seconds(180))
    }

    @Test("The same objects of martlet.dev mean the same, but for sharing")
    func martlet() {
        let text = WholeTests.metalLB.replacing("metallb.io/v1beta1\n", with: "martlet.dev/v1beta1\n")
            .replacing("metallb.io/v1beta2\n", with: "martlet.dev/v1beta1\n")
        var ours = Checked(text).configuration
        let theirs = Checked(WholeTests.metalLB).configuration
        #expect(ours != theirs)
        for index in ours.pools.indices { ours.pools[index].sharing = .allNamespaces }
        #expect(ours == theirs)
    }

    @Test("The same input gives the same answer, problems and all")
    func deterministic() {
        let text =
            WholeTests.metalLB + "\n" + Manifest.pool("bad", "x, y")
            + Manifest.bgp("adv", "peers: [nope], communities: [a, b]")
        let first = Checked(text)
        for _ in 0..<5 {
            let again = Checked(text)
            #expect(again.configuration == first.configuration)
            #expect(again.problems == first.problems)
        }
    }

    @Test("The order of objects that have nothing to do with each other does not matter", arguments: [UInt64](1...20))
    func order(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let documents = WholeTests.metalLB.split(separator: "---\n").map(String.init)
        let shuffled = Checked(documents.shuffled(using: &random).joined(separator: "\n---\n"))
        #expect(shuffled.problems.isEmpty, "seed \(seed): \(shuffled.lines)")
        let configuration = Checked(WholeTests.metalLB).configuration
        #expect(Set(shuffled.configuration.pools) == Set(configuration.pools))
        #expect(Set(shuffled.configuration.layer2Advertisements) == Set(configuration.layer2Advertisements))
        #expect(Set(shuffled.configuration.bgpAdvertisements) == Set(configuration.bgpAdvertisements))
        #expect(Set(shuffled.configuration.peers) == Set(configuration.peers))
    }

    @Test("Nothing makes nothing")
    func nothing() {
        let made = Configuration.make(from: ClusterState())
        #expect(made.configuration == Configuration())
        #expect(made.problems.isEmpty)
    }
}

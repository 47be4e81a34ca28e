import ClusterConfiguration
import KubernetesModel
import Manifests
import Testing

/// Input that is not YAML, or only almost.
@Suite struct SyntaxTests {
    private static let pool = """
        apiVersion: martlet.dev/v1beta1
        kind: IPAddressPool
        metadata: {name: lan}
        spec: {addresses: [192.0.2.0/24]}
        """

    /// What is not YAML, the line that is named, and a part of what is said.
    private static let malformedRows: [(text: String, line: Int, part: String)] = [
        ("a: [1, 2\n", 1, "not YAML"),
        ("a: 1\n\tb: 2\n", 2, "spaces"),
        ("kind: Service\n  name: x\n", 2, "not YAML"),
        ("a: 'x\n", 1, "not YAML"),
        ("a: \"\\q\"\n", 1, "not YAML"),
        ("a: {b: 1\nc: 2}\n", 2, "not YAML"),
        ("a: b: c\n", 1, "not YAML"),
        ("- a\nb: c\n", 2, "not YAML"),
        ("a: *nowhere\n", 1, "no anchor"),
        ("a: &x [*x]\n", 1, "no anchor"),
        ("a: 1\nb: 2\na: 3\n", 1, "more than once"),
        ("? [a, b]\n: 1\n", 1, "key must be text"),
        ("? {a: b}\n: 1\n", 1, "key must be text"),
        ("x: &a b\n*a : 1\n", 2, "not an alias"),
        ("a: &x 1\nb:\n  <<: *x\n", 3, "merges a mapping"),
        ("a: \"\\ud800\"\n", 1, "not YAML"),
        ("%YAML 3.0\n---\na: 1\n", 1, "not YAML"),
        ("a: !<tag:x,y z\n", 1, "not YAML"),
        ("a: >2x\n  b\n", 1, "not YAML"),
        ("a: %b\n", 1, "not YAML"),
        ("a: @b\n", 1, "not YAML"),
        ("a: `b\n", 1, "not YAML"),
        ("{a: b} c\n", 1, "not YAML"),
        ("a: 1\n... x\n", 2, "not YAML"),
        ("ok: 1\nnul: \0\n", 2, "not YAML"),
        ("ok: 1\nbell: \u{7}\n", 2, "not YAML"),
    ]

    @Test(
        "What is not YAML is a problem with file and line, and nothing else is lost",
        arguments: SyntaxTests.malformedRows.indices)
    func malformed(row: Int) throws {
        let (text, line, part) = SyntaxTests.malformedRows[row]
        let reading = ManifestReading("\(SyntaxTests.pool)\n---\n\(text)---\n\(SyntaxTests.pool)2\n")
        let error = try #require(
            reading.problems.first { $0.severity == .error && $0.message.contains(part) }, "\(reading.lines)")
        #expect(error.location == SourceLocation(file: "a.yaml", line: line + 5), "\(reading.lines)")
        #expect(reading.state.pools.count == 1, "\(reading.lines)")
        #expect(!error.message.contains("\u{E000}"))
    }

    @Test("A file that is not YAML is not complete, so that whoever runs keeps what it had")
    func incomplete() {
        let broken = ManifestReading("a: [")
        #expect(!broken.isComplete)
        #expect(broken.unreadable == ["a.yaml"])
        #expect(ManifestReading(SyntaxTests.pool).isComplete)
    }

    @Test(
        "Octets that are not UTF-8 are named with their line",
        arguments: [
            ([0x61, 0x3A, 0x20, 0x31, 0x0A, 0x62, 0x3A, 0x20, 0xFF], 2, "UTF-8"),
            ([0xC3], 1, "UTF-8"), ([0x0A, 0x0A, 0xED, 0xA0, 0x80], 3, "UTF-8"),
            ([0xFF, 0xFE, 0x61, 0x00], 1, "UTF-16"), ([0xFE, 0xFF, 0x00, 0x61], 1, "UTF-16"),
        ] as [([UInt8], Int, String)])
    func encoding(bytes: [UInt8], line: Int, part: String) throws {
        let reading = ManifestReader.read([ManifestFile(name: "b.yaml", bytes: bytes)])
        let problem = try #require(reading.problems.first)
        #expect(problem.severity == .error)
        #expect(problem.message.contains(part), "\(problem)")
        #expect(problem.location == SourceLocation(file: "b.yaml", line: line))
        #expect(!reading.isComplete)
    }

    @Test(
        "What holds no object is no problem",
        arguments: [
            "", "\n\n", "# only a comment\n", "---\n", "---\n---\n...\n", "--- # nothing\n", "~\n", "%YAML 1.1\n---\n",
            "\t# x\n",
        ])
    func empty(text: String) {
        let reading = ManifestReading(text)
        #expect(reading.problems.isEmpty, "\(reading.lines)")
        #expect(reading.isComplete)
    }

    @Test(
        "The same manifest is read through every kind of line break and mark",
        arguments: [
            pool, pool + "\n", pool.replacing("\n", with: "\r\n"), pool.replacing("\n", with: "\r"), "\u{FEFF}" + pool,
            "---\n" + pool + "\n...\n", "# head\n\n--- # mark\n" + pool, "%YAML 1.1\n---\n" + pool,
            pool + "\n---\n# tail",
            """
            {"apiVersion": "martlet.dev/v1beta1", "kind": "IPAddressPool", "metadata": {"name": "lan"},
             "spec": {"addresses": ["192.0.2.0/24"]}}
            """,
            "{apiVersion: martlet.dev/v1beta1, kind: IPAddressPool, metadata: {name: lan}, spec: {addresses: [192.0.2.0/24]}}",
        ])
    func spellings(text: String) throws {
        let reading = ManifestReading(text)
        #expect(reading.problems.isEmpty, "\(reading.lines)")
        let pool = try #require(reading.state.pools.first)
        #expect(pool.metadata.name == "lan")
        #expect(pool.spec?.addresses == ["192.0.2.0/24"])
    }

    @Test("Lines are counted through documents, comments and line breaks of every kind")
    func lines() {
        let reading = ManifestReading("# one\r\n---\r\n# three\n---\rapiVersion: v1\rkind: Foo\n---\na: [\n")
        #expect(reading.problems.first { $0.severity == .note }?.location?.line == 5)
        #expect(reading.problems.contains { $0.location?.line == 9 || $0.location?.line == 8 }, "\(reading.lines)")
    }

    // MARK: - Aliases

    @Test("Anchors, aliases and merge keys mean what they say")
    func aliases() throws {
        let reading = ManifestReading(
            """
            apiVersion: v1
            kind: List
            items:
              - &first
                apiVersion: martlet.dev/v1beta1
                kind: IPAddressPool
                metadata: {name: a, labels: &labels {site: "*one*", tier: gold}}
                spec: &spec
                  addresses: &addresses [192.0.2.0/24]
                  autoAssign: false
              - <<: *first
                metadata: {name: b, labels: {<<: *labels, tier: silver}}
                spec:
                  <<: [{quotaPerNamespace: 2, autoAssign: true}, *spec]
                  addresses: [198.51.100.0/24]
              - <<: *first
                metadata: {name: c}
            """)
        #expect(reading.problems.isEmpty, "\(reading.lines)")
        let pools = reading.state.pools
        try #require(pools.map(\.metadata.name) == ["a", "b", "c"])
        #expect(pools[0].metadata.labels == ["site": "*one*", "tier": "gold"])
        #expect(pools[1].metadata.labels == ["site": "*one*", "tier": "silver"])
        #expect(pools[1].spec?.quotaPerNamespace == 2)
        #expect(pools[1].spec?.autoAssign == true)
        #expect(pools[1].spec?.addresses == ["198.51.100.0/24"])
        #expect(pools[2].spec == pools[0].spec)
    }

    @Test("Anchors do not reach into the next document")
    func anchorsEnd() {
        let reading = ManifestReading("a: &x 1\n---\nb: *x\n")
        #expect(reading.lines.contains { $0.contains("no anchor") })
    }

    /// Aliases of aliases, in values, in keys and by merging.
    private static let bombs: [String] = {
        func bomb(_ last: (String) -> String) -> String {
            var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
            for level in 1...30 {
                let aliases = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                text += "a\(level): &a\(level) [\(aliases)]\n"
            }
            return text + last("a30")
        }
        var merges = "a0: &a0 {k: v}\n"
        for level in 1...40 { merges += "a\(level): &a\(level) {l: *a\(level - 1), m: *a\(level - 1)}\n" }
        return [
            bomb { "b: *\($0)\n" }, bomb { "? *\($0)\n: 1\n" }, bomb { "? [*\($0)]\n: 1\n" },
            bomb { "{[*\($0)]: 1}\n" }, merges,
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 5000),
            String(repeating: "[", count: 900) + String(repeating: "]", count: 900),
            (0..<500).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
            "{" + String(repeating: "\"a\":{", count: 100_000), String(repeating: "- ", count: 3000) + "a",
        ]
    }()

    @Test("Bombs are rejected at once", arguments: SyntaxTests.bombs.indices)
    func bomb(row: Int) {
        let clock = ContinuousClock()
        var reading: ManifestReading?
        let time = clock.measure { reading = ManifestReading(SyntaxTests.bombs[row]) }
        #expect(reading?.problems.contains { $0.severity == .error } == true)
        #expect(time < .seconds(10))
    }

    @Test("A file beyond the limit is rejected without being read")
    func huge() {
        let reading = ManifestReader.read([
            ManifestFile(name: "big", bytes: [UInt8](repeating: 0x20, count: ManifestReader.maximumFileSize + 1))
        ])
        #expect(reading.lines.first?.contains("split it") == true)
        #expect(!reading.isComplete)
    }
}

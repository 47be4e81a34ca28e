import ClusterConfiguration
import KubernetesModel
import Testing

@testable import Manifests

/// Taking in a few files says the same as reading all of them again.
@Suite struct ManifestLibraryTests {
    private static func service(_ name: String, port: Int = 80) -> String {
        "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"\(name)\",\"namespace\":\"d\"},"
            + "\"spec\":{\"type\":\"LoadBalancer\",\"ports\":[{\"port\":\(port)}]}}\n"
    }

    private static func slice(_ name: String) -> String {
        "{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":\"EndpointSlice\",\"metadata\":{\"name\":\"\(name)\","
            + "\"namespace\":\"d\"},\"addressType\":\"IPv4\",\"endpoints\":[]}\n"
    }

    private static let pool =
        "{\"apiVersion\":\"martlet.dev/v1beta1\",\"kind\":\"IPAddressPool\",\"metadata\":{\"name\":\"p\","
        + "\"namespace\":\"d\"},\"spec\":{\"addresses\":[\"192.0.2.0/24\"]}}\n"

    private static func entry(_ name: String, _ text: String) -> ManifestLibrary.Entry {
        .init(
            path: name, place: ManifestPlace(argument: 0, name: name),
            reading: ManifestReader.read(ManifestFile(name: name, text: text)))
    }

    private static func replacement(_ name: String, _ text: String?) -> ManifestLibrary.Replacement {
        .init(
            path: name, place: ManifestPlace(argument: 0, name: name),
            reading: text.map { ManifestReader.read(ManifestFile(name: name, text: $0)) })
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let before: [String: String]
        let change: [String: String?]
        /// Whether the change can be taken in without a look at the other files.
        let isPart: Bool

        init(_ name: String, _ before: [String: String], _ change: [String: String?], isPart: Bool) {
            (testDescription, self.before, self.change, self.isPart) = (name, before, change, isPart)
        }
    }

    static let rows = [
        Row("a Service differs → part", ["a": service("a"), "p": pool], ["a": service("a", port: 1)], isPart: true),
        Row(
            "a Service moves to another file → part", ["a": service("a"), "b": service("b")],
            ["a": slice("x"), "b": service("b") + service("a")], isPart: true),
        Row("a file comes → part", ["a": service("a"), "c": service("c")], ["b": service("b")], isPart: true),
        Row("a file goes → part", ["a": service("a"), "c": service("c")], ["a": nil], isPart: true),
        Row("a file that is not there goes → part", ["a": service("a")], ["b": nil], isPart: true),
        Row(
            "endpoints come beside a Service → part", ["a": service("a")], ["a": service("a") + slice("a")],
            isPart: true),
        Row("two files come → whole", ["a": service("a")], ["b": service("b"), "c": service("c")], isPart: false),
        Row("a pool differs → whole", ["a": service("a"), "p": pool], ["p": pool + service("b")], isPart: false),
        Row(
            "a name is in two files → whole", ["a": service("a"), "b": service("b")], ["b": service("a")], isPart: false
        ),
        Row(
            "a name was in two files → whole", ["a": service("a"), "b": service("a")], ["b": service("b")],
            isPart: false),
        Row(
            "a name is twice in one file → whole", ["a": service("a")], ["a": service("a") + service("a")],
            isPart: false),
        Row("a file has a problem now → whole", ["a": service("a")], ["a": service("A")], isPart: false),
        Row(
            "a file had a problem → whole", ["a": service("A"), "b": service("b")], ["a": service("a")], isPart: false),
        Row("a file cannot be read now → whole", ["a": service("a")], ["a": "{"], isPart: false),
        Row("another file cannot be read → whole", ["a": service("a"), "b": "{"], ["a": service("c")], isPart: false),
        Row("the last file goes → whole", ["a": service("a")], ["a": nil], isPart: false),
    ]

    @Test("a change of files → taken in alone, or all looked at", arguments: rows) func change(row: Row) {
        var library = ManifestLibrary()
        let entries = row.before.sorted { $0.key < $1.key }.map { Self.entry($0.key, $0.value) }
        let first = library.replaceAll(entries, notes: [])
        let part = library.replace(row.change.sorted { $0.key < $1.key }.map { Self.replacement($0.key, $0.value) })
        #expect((part != nil) == row.isPart)
        var files = row.before
        for (name, text) in row.change { files[name] = text }
        let all = files.sorted { $0.key < $1.key }
        guard let part else {
            // Nothing changed, so the whole can be taken in after it.
            let again = library.replaceAll(entries, notes: [])
            #expect(again == first)
            return
        }
        var known = Known(first)
        known.take(part)
        let whole = ManifestReader.read(all.map { ManifestFile(name: $0.key, text: $0.value) })
        #expect(known.names == whole.state.services.map(\.name))
        #expect(
            known.services.mapValues(\.service)
                == Dictionary(uniqueKeysWithValues: whole.state.services.map { ($0.name, $0) }))
        #expect(known.slices == Set(whole.state.endpointSlices))
    }

    /// What was told so far, put together.
    private struct Known {
        var services: [NamespacedName: RankedService] = [:]
        var slices: Set<EndpointSlice> = []

        init(_ reading: ManifestReading) {
            for service in reading.state.services {
                services[service.name] = RankedService(service, rank: reading.serviceRanks[service.name] ?? -1)
            }
            slices = Set(reading.state.endpointSlices)
        }

        mutating func take(_ change: ManifestChange) {
            for name in change.removedServices { services[name] = nil }
            for service in change.services { services[service.service.name] = service }
            for name in change.removedSlices { slices = slices.filter { $0.metadata.name != name.name } }
            for slice in change.endpointSlices {
                slices = slices.filter { $0.metadata.name != slice.metadata.name }
                slices.insert(slice)
            }
        }

        /// In order; ranks are unique.
        var names: [NamespacedName] { services.values.sorted { $0.rank < $1.rank }.map(\.service.name) }
    }

    @Test("random files come, go and change → as if all were read again, and no Service moves for another")
    func random() {
        var generator = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...UInt64.max, using: &generator)
        var state = seed
        func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        var library = ManifestLibrary()
        var files: [String: String] = ["f0": Self.service("f0"), "p": Self.pool]
        func entries() -> [ManifestLibrary.Entry] {
            files.sorted { $0.key < $1.key }.map { Self.entry($0.key, $0.value) }
        }
        var known = Known(library.replaceAll(entries(), notes: []))
        var parts = 0
        for _ in 0..<600 {
            let name = "f\(next(40))"
            let text: String? =
                next(4) == 0 ? nil : Self.service(name, port: 1 + next(9)) + (next(3) == 0 ? Self.slice(name) : "")
            files[name] = text
            if let part = library.replace([Self.replacement(name, text)]) {
                parts += 1
                #expect(part.services.count <= 1 && part.removedServices.count <= 1, "seed \(seed)")
                known.take(part)
            } else {
                known = Known(library.replaceAll(entries(), notes: []))
            }
            let whole = ManifestReader.read(
                files.sorted { $0.key < $1.key }.map { ManifestFile(name: $0.key, text: $0.value) })
            #expect(known.names == whole.state.services.map(\.name), "seed \(seed)")
            #expect(known.slices == Set(whole.state.endpointSlices), "seed \(seed)")
        }
        #expect(parts > 500, "seed \(seed)")
    }

    @Test(
        "files come one after the other between two others, up and down → all are looked at again seldom",
        arguments: [true, false])
    func between(isUp: Bool) {
        var library = ManifestLibrary()
        var files = ["a": Self.service("a"), "z": Self.service("z")]
        func entries() -> [ManifestLibrary.Entry] {
            files.sorted { $0.key < $1.key }.map { Self.entry($0.key, $0.value) }
        }
        _ = library.replaceAll(entries(), notes: [])
        var whole = 0
        for number in 0..<1_000 {
            let name = "m\(String(10_000 + (isUp ? number : 1_000 - number)).dropFirst())"
            files[name] = Self.service(name)
            if library.replace([Self.replacement(name, files[name])]) == nil {
                whole += 1
                _ = library.replaceAll(entries(), notes: [])
            }
        }
        #expect(whole <= 2)
    }
}

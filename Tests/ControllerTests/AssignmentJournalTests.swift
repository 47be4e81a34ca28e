import Addresses
import ClusterConfiguration
import KubernetesModel
import SystemIO
import TestSupport
import Testing
import Timing

@testable import Assignment
@testable import Standalone

@Suite("The journal of assignments") struct AssignmentJournalTests {
    private static func entry(_ number: Int, _ address: Int) -> AssignmentState.Assigned {
        .init(namespace: "default", name: "s\(number)", addresses: ["10.0.\(address / 256).\(address % 256)"])
    }

    private static func state(_ count: Int) -> AssignmentState {
        var state = AssignmentState()
        state.assignments = (0..<count).map { entry($0, $0) }.sorted { $0.name < $1.name }
        return state
    }

    private static func change(_ number: Int, to address: Int) -> AssignmentStateChange {
        var change = AssignmentStateChange()
        change.assigned = [entry(number, address)]
        change.notReleased = ["10.9.9.9"]
        return change
    }

    private static func states(_ changes: Int) -> [AssignmentState] {
        (0...changes).map { count in
            var state = state(5)
            state.apply((0..<count).map { change($0, to: 100 + $0) })
            return state
        }
    }

    /// A folder with a file of five Services and a journal of three changes.
    private static func saved() throws -> (TemporaryFolder, StateDirectory, AssignmentStore) {
        let folder = try TemporaryFolder()
        let directory = try StateDirectory(path: folder.path)
        let store = AssignmentStore(directory)
        var journal = AssignmentJournal(store, directory)
        try journal.save(AssignmentStateChange()) { state(5) }
        for number in 0..<3 { try journal.save(change(number, to: 100 + number)) { AssignmentState() } }
        return (folder, directory, store)
    }

    @Test("What was saved in parts is loaded again; once it is closed, the file alone says it") func parts() throws {
        let (folder, directory, store) = try Self.saved()
        #expect(try store.load() == Self.states(3)[3])
        var journal = AssignmentJournal(store, directory)
        try journal.save(AssignmentStateChange()) { Self.states(3)[3] }
        try journal.save(Self.change(3, to: 103)) { AssignmentState() }
        try journal.close { Self.states(4)[4] }
        #expect(try directory.read(AssignmentJournal.file) == nil)
        #expect(try store.load() == Self.states(4)[4])
        _ = folder
    }

    @Test("Cut anywhere, as by a crash → what was complete before the cut, and no error") func cut() throws {
        let (folder, directory, store) = try Self.saved()
        let octets = try #require(try directory.read(AssignmentJournal.file))
        let states = Self.states(3)
        var last = 0
        for length in 0...octets.count {
            try directory.replace(AssignmentJournal.file, with: Array(octets[..<length]))
            let complete = octets[..<length].count { $0 == UInt8(ascii: "\n") }
            let loaded = try store.load()
            // A line whose end alone is missing is complete too.
            let count = try #require(states.firstIndex(of: loaded), "\(length) octets")
            #expect(count == max(complete - 1, 0) || count == complete, "\(length) octets")
            #expect(count >= last)
            last = count
            // What a disk may leave of a line that was not flushed.
            try directory.replace(
                AssignmentJournal.file, with: Array(octets[..<length]) + Array(repeating: 0, count: 99))
            #expect(states[...count].contains(try store.load()), "\(length) octets and zeros")
        }
        #expect(last == 3)
        _ = folder
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let change: @Sendable (String) -> String
        /// How many changes are in force; `nil`: an error.
        let count: Int?
        let words: [String]
    }

    private static func replacing(line number: Int, _ change: (String) -> String, in text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        lines[number] = change(lines[number])
        return lines.joined(separator: "\n")
    }

    static let rows = [
        Row(testDescription: "as it was", change: { $0 }, count: 3, words: []),
        Row(
            testDescription: "a line is damaged, and others follow",
            change: { replacing(line: 1, { $0.replacing("10.0.0.100", with: "10.0.0.101") }, in: $0) }, count: nil,
            words: ["damaged", "line 2"]),
        Row(
            testDescription: "the last line is damaged",
            change: { replacing(line: 3, { $0.replacing("10.0.0.102", with: "10.0.0.103") }, in: $0) }, count: 2,
            words: []),
        Row(
            testDescription: "the first line is damaged",
            change: { replacing(line: 0, { $0.replacing("sha256", with: "sha255") }, in: $0) }, count: nil,
            words: ["damaged", "first line"]),
        Row(testDescription: "empty", change: { _ in "" }, count: 0, words: []),
    ]

    @Test("A journal that is not what was written → what it still says, or an error that names it", arguments: rows)
    func damaged(row: Row) throws {
        let (folder, directory, store) = try Self.saved()
        let text = String(decoding: try #require(try directory.read(AssignmentJournal.file)), as: UTF8.self)
        try directory.replace(AssignmentJournal.file, with: Array(row.change(text).utf8))
        guard let count = row.count else {
            let error = #expect(throws: AssignmentStore.Failure.self) { try store.load() }
            let message = try #require(error).description
            #expect(message.hasPrefix("\(folder.path)/\(AssignmentJournal.file)"))
            for word in row.words { #expect(message.contains(word), "\(message)") }
            return
        }
        #expect(try store.load() == Self.states(3)[count])
    }

    @Test("A journal of another file → it counts no more: after a crash, an older version, or an edit")
    func otherFile() throws {
        let (folder, directory, store) = try Self.saved()
        try store.save(Self.state(4))
        #expect(try store.load() == Self.state(4))
        try directory.remove(AssignmentStore.file)
        #expect(try store.load() == AssignmentState())
        _ = folder
    }

    @Test("One change among N Services → as many octets as among few", arguments: [1_000, 10_000])
    func cost(count: Int) throws {
        let folder = try TemporaryFolder()
        let directory = try StateDirectory(path: folder.path)
        var journal = AssignmentJournal(AssignmentStore(directory), directory)
        try journal.save(AssignmentStateChange()) { Self.state(count) }
        let before = journal.octetsWritten
        try journal.save(Self.change(7, to: 9)) { AssignmentState() }
        #expect(journal.octetsWritten - before < 200)
    }

    @Test("Many changes → the journal is put into the file, seldom") func compaction() throws {
        let folder = try TemporaryFolder()
        let directory = try StateDirectory(path: folder.path)
        let store = AssignmentStore(directory)
        var journal = AssignmentJournal(store, directory)
        var state = Self.state(10)
        var wholes = 0
        for number in 0..<2_000 {
            let change = Self.change(number % 10, to: number)
            state.apply([change])
            try journal.save(change) {
                wholes += 1
                return state
            }
        }
        #expect((2...10).contains(wholes))
        #expect(try store.load() == state)
        #expect(try #require(try directory.read(AssignmentJournal.file)).count < 100_000)
    }

    @Test("Random events → the changes that the engine tells make the state that it has") func engine() throws {
        var generator = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...UInt64.max, using: &generator)
        var random = seed
        func next(_ limit: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % limit
        }
        var engine = AssignmentEngine(notesUnsaved: true)
        var state = AssignmentState()
        var now = Instant.zero
        var unixTime: Int64 = 1_000_000_000_000_000
        var most = 0
        for step in 0..<1_500 {
            let passed = next(4)
            now = now.advanced(by: .seconds(passed))
            unixTime += Int64(passed) * 1_000_000_000
            var events: [AssignmentEvent] = []
            if step % 100 == 0 {
                var pool = Pool(
                    name: "p", labels: [:], ranges: [try IPRange("192.0.2.\(next(3))-192.0.2.\(20 + next(9))")])
                pool.reuseAfter = .seconds(next(3) * 5)
                pool.retainFor = .seconds(next(3) * 5)
                events.append(.pools([pool]))
            }
            let name = "s\(next(30))"
            if next(3) == 0 {
                events.append(.serviceRemoved(NamespacedName(namespace: "d", name: name)))
            } else {
                var spec = ServiceSpec()
                spec.type = next(5) == 0 ? "ClusterIP" : "LoadBalancer"
                let service = Service(metadata: ObjectMeta(name: name, namespace: "d"), spec: spec)
                events.append(.service(service, rank: Int64(next(30))))
            }
            _ = engine.handle(events, at: now)
            let change = engine.takeStateChange(at: now, unixTime: unixTime)
            if step % 100 != 0 { most = max(most, change.assigned.count + change.unassigned.count) }
            state.apply([change])
            let whole = engine.state(at: now, unixTime: unixTime)
            #expect(state.assignments == whole.assignments, "seed \(seed), step \(step)")
            #expect(Set(state.released) == Set(whole.released), "seed \(seed), step \(step)")
        }
        #expect((1...8).contains(most), "seed \(seed)")
    }
}

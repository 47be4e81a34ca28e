import Assignment
import Controller
import Foundation
import Standalone
import SystemIO
import TestSupport
import Testing

@Suite("Saved assignments that chance has damaged") struct DamagedStateTests {
    private static let state = """
        {"version": 1, "assignments": [
          {"namespace": "default", "name": "web", "addresses": ["192.0.2.10", "2001:db8::10"]},
          {"namespace": "default", "name": "dns", "addresses": ["192.0.2.11"]}],
         "released": [{"address": "192.0.2.12", "namespace": "default", "name": "old", "releasedAt": 17, "isRetained": true}]}
        """

    @Test(
        "They are read, or are an error that names the file, which stays; what is read can be saved and read again",
        arguments: [UInt64](1...20))
    func damaged(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let directory = try StateDirectory(path: folder.path)
        let store = AssignmentStore(directory)
        var text = DamagedText([Self.state], pieces: ["\"addresses\"", "\"192.0.2.300\"", "\"version\""], seed: seed)
        for round in 0..<25 {
            let octets = text.next()
            try directory.replace(AssignmentStore.file, with: octets)
            guard let loaded = Self.load(store, path: store.path) else {
                #expect(try directory.read(AssignmentStore.file) == octets, "seed \(seed), round \(round)")
                continue
            }
            try store.save(loaded)
            let again = try store.load()
            #expect(again.assignments == loaded.assignments, "seed \(seed), round \(round)")
            #expect(again.released == loaded.released, "seed \(seed), round \(round)")
        }
    }

    private static func load(_ store: AssignmentStore, path: String) -> AssignmentState? {
        do throws(AssignmentStore.Failure) {
            return try store.load()
        } catch {
            #expect(error.description.hasPrefix(path))
            return nil
        }
    }
}

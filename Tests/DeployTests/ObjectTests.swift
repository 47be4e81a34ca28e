import ClusterConfiguration
import Foundation
import Manifests
import TestSupport
import Testing

/// What is right and wrong in one object, said by the API server as `martlet check` says it.
@Suite struct ObjectTests {
    @Test("Every row has a situation of its own, and every kind rows of both sorts") func tables() throws {
        let rows = try ObjectRow.all()
        #expect(rows.count > 100)
        for kind in SchemaTests.kinds where kind != "Speaker" {
            let own = rows.filter { $0.kind == kind }
            #expect(Set(own.map(\.situation)).count == own.count, "\(kind)")
            #expect(own.contains { $0.server == nil } && own.contains { $0.server != nil }, "\(kind)")
        }
    }

    @Test("Every object of the tables is judged by check as the table says") func check() throws {
        for row in try ObjectRow.all() {
            let reading = ManifestReader.read([ManifestFile(name: "row.json", text: row.manifest)])
            let problems = reading.problems + Configuration.make(from: reading.state).problems
            // What other objects would cure is not the object's own.
            let errors = problems.filter { $0.severity == .error && !$0.message.contains("yet") }
            let said = errors.map(\.description).joined(separator: "\n")
            if let words = row.check {
                #expect(said.contains(words), "\(row): \(said)")
            } else {
                #expect(errors.isEmpty, "\(row): \(said)")
            }
        }
    }

    @Test("Every field of a row is in the schema") func known() throws {
        for row in try ObjectRow.all() {
            let custom = try #require(try CustomKind.find(row.kind))
            #expect(custom.unknownFields(of: .map(["spec": row.spec])) == [], "\(row)")
        }
    }
}

import Foundation

/// One row of the tables in `Objects`: an object, and what is said of it.
struct ObjectRow: Sendable, CustomStringConvertible {
    let situation: String
    let kind: String
    let spec: Value
    /// Words that `martlet check` says; `nil`: it finds no error.
    let check: String?
    /// Words that the API server says; `nil`: it takes the object.
    let server: String?

    var description: String { "\(kind): \(situation)" }

    /// The object as JSON, which both read.
    var manifest: String { object(named: "row").json }

    func object(named name: String) -> Value {
        .map([
            "apiVersion": .text("martlet.dev/v1beta1"), "kind": .text(kind),
            "metadata": .map(["name": .text(name), "namespace": .text("martlet-system")]), "spec": spec,
        ])
    }

    /// `refused` is said by both; `refusedByCheck`, `refusedByServer` by one, of which the other knows nothing or has
    /// other words for it.
    init(_ value: Value, kind: String) {
        situation = value["situation"].text ?? ""
        self.kind = kind
        spec = value["spec"]
        check = value["refused"].text ?? value["refusedByCheck"].text
        server = value["refused"].text ?? value["refusedByServer"].text
    }

    static func all() throws -> [ObjectRow] {
        try Repository.files(below: "Tests/DeployTests/Objects", ".yaml").flatMap { file in
            try Repository.documents(file).flatMap { table in
                table["rows"].list.map { ObjectRow($0, kind: table["kind"].text ?? "") }
            }
        }
    }
}

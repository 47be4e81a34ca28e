import TestSupport
import Testing

/// What only a real API server can tell: that it takes the definitions, carries out their rules, and takes all of `deploy/`.
///
/// Where `KUBEBUILDER_ASSETS` names no folder with one, the overlays are built by the reader of these tests, and the same
/// files and tables are read by the other suites.
@Suite struct RealClusterTests {
    @Test("A real API server takes the definitions, judges objects as check does, and takes every overlay and sample")
    func everything() throws {
        guard let assets = RealAPIServer.assets else {
            for overlay in Repository.overlays { #expect(try Kustomization(overlay).objects.count > 20) }
            return
        }
        let server = try RealAPIServer(assets: assets)
        let definitions = try server.run("apply", "-k", Repository.path("deploy/crds"))
        try #require(definitions.succeeded, "\(definitions)")
        for kind in SchemaTests.kinds {
            let waited = try server.run(
                "wait", "--for=condition=Established", "--timeout=60s", "crd",
                try CustomKind.find(kind)?.definition.name ?? "")
            #expect(waited.succeeded, "\(waited)")
        }
        #expect(try server.run("create", "namespace", "martlet-system").succeeded)
        try RealClusterTests.rows(server)
        try RealClusterTests.views(server)
        for overlay in Repository.overlays {
            let result = try server.run("apply", "-k", Repository.path(overlay), "--dry-run=server")
            #expect(result.succeeded, "\(result)")
        }
        for sample in Repository.files(below: "deploy/samples", ".yaml") {
            for document in try Repository.documents(sample) where document.kind == "Namespace" {
                #expect(try server.run(["apply"], file: document.json).succeeded)
            }
            let result = try server.run("apply", "-f", Repository.path(sample), "--dry-run=server")
            #expect(result.succeeded, "\(result)")
        }
    }

    /// Every row of the tables: all that are right at once, those that are wrong one by one.
    private static func rows(_ server: RealAPIServer) throws {
        let rows = try ObjectRow.all()
        let right = rows.enumerated().filter { $0.element.server == nil }.map { $1.object(named: "row-\($0)") }
        let list = Value.map(["apiVersion": .text("v1"), "kind": .text("List"), "items": .list(right)])
        let taken = try server.run(["create", "--dry-run=server"], file: list.json)
        #expect(taken.succeeded, "\(taken)")
        for row in rows {
            guard let words = row.server else { continue }
            let result = try server.run(["create", "--dry-run=server", "--validate=false"], file: row.manifest)
            #expect(!result.succeeded, "\(row) was taken")
            let said = result.errors.replacing("\\\"", with: "\"")
            #expect(said.contains(words), "\(row): \(said)")
        }
    }

    /// What people see of the kinds.
    private static func views(_ server: RealAPIServer) throws {
        let right = try ObjectRow.all().filter { $0.server == nil }
        for kind in SchemaTests.kinds where kind != "Speaker" {
            let row = try #require(right.first { $0.kind == kind })
            #expect(try server.run(["create"], file: row.manifest).succeeded)
            let explained = try server.run("explain", "--api-version=martlet.dev/v1beta1", "\(kind).spec")
            #expect(explained.succeeded && explained.output.contains("DESCRIPTION:"), "\(explained)")
        }
        let list = try server.run("get", "martlet", "-A")
        for kind in SchemaTests.kinds where kind != "Speaker" {
            #expect(list.output.contains("\(kind.lowercased()).martlet.dev/row"), "\(kind): \(list)")
        }
    }
}

import ClusterConfiguration
import Manifests
import Testing

/// The YAML that people copy: samples, the demo, and the blocks of the pages.
@Suite struct PageTests {
    private static func problems(of text: String) -> [Problem] {
        let reading = ManifestReader.read([ManifestFile(name: "example.yaml", text: text)])
        return reading.problems + Configuration.make(from: reading.state).problems
    }

    @Test("Every sample is a whole without a problem", arguments: Repository.files(below: "deploy/samples", ".yaml"))
    func samples(file: String) throws {
        #expect(PageTests.problems(of: try Repository.text(file)).map(\.description) == [])
        let documents = try Repository.documents(file)
        #expect(documents.contains { $0.kind == "IPAddressPool" } && documents.contains { $0.kind == "Service" })
        #expect(documents.contains { $0.kind.hasSuffix("Advertisement") }, "nothing would be announced")
        #expect(try Repository.text(file).hasPrefix("# "), "it begins with what it is about")
    }

    @Test("There are samples") func count() { #expect(Repository.files(below: "deploy/samples", ".yaml").count >= 4) }

    @Test("Every YAML file of deploy can be read, and its objects of Martlet's kinds are in the schema")
    func files() throws {
        // Of the chart, a real Helm reads the templates: Tests/Chart/run.
        let files = Repository.files(below: "deploy", ".yaml").filter { !$0.hasPrefix("deploy/chart/") }
        #expect(files.count > 20)
        for file in files {
            let documents = try Repository.documents(file)
            #expect(!documents.isEmpty, "\(file)")
            for document in documents { try PageTests.expectKnown(document, file) }
        }
    }

    @Test("Every block of YAML in the pages has no problem, and says only what the schema has")
    func blocks() throws {
        var count = 0
        for page in Repository.pages {
            for block in try Repository.yamlBlocks(of: page) {
                let documents = try Value.documents(in: block.text)
                for document in documents { try PageTests.expectKnown(document, "\(page):\(block.line)") }
                count += documents.count
                // What refers to the reader's own objects cannot be whole; what is wrong in itself, is.
                let errors = PageTests.problems(of: block.text).filter {
                    $0.severity == .error && !$0.message.contains("yet")
                }
                #expect(errors.map(\.description) == [], "\(page):\(block.line)")
            }
        }
        #expect(count > 15)
    }

    private static func expectKnown(_ object: Value, _ place: String) throws {
        guard object["apiVersion"].text?.hasPrefix("martlet.dev/") == true else { return }
        #expect(object["apiVersion"].text == "martlet.dev/v1beta1", "\(place)")
        let custom = try #require(try CustomKind.find(object.kind), "\(place): \(object.kind) is no kind")
        #expect(custom.unknownFields(of: object) == [], "\(place): \(object.identity)")
    }
}

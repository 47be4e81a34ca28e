import ClusterConfiguration
import KubernetesModel

/// Reads manifests: files of YAML or JSON documents, each an object or a list of objects.
///
/// Anything that cannot be parsed is left out and named in a problem, with file and line; the rest is read. One reader
/// reads one file; ``ManifestMerge`` joins what the files say.
package struct ManifestReader {
    /// A file that is larger is not read.
    package static let maximumFileSize = 64 << 20

    /// Lists within lists.
    private static let maximumListDepth = 8

    private var items: [ManifestItem] = []

    package static func read(_ files: [ManifestFile]) -> ManifestReading {
        var merge = ManifestMerge()
        for file in files { merge.add(read(file)) }
        return merge.reading
    }

    /// Reads one file, whatever the others say.
    package static func read(_ file: ManifestFile) -> FileReading {
        var reader = ManifestReader()
        reader.read(file)
        return FileReading(name: file.name, items: reader.items)
    }

    // MARK: - Files and documents

    private mutating func read(_ file: ManifestFile) {
        switch file.contents {
        case .failure(let error):
            unreadable(
                file.name, line: nil, "cannot read \(file.name): \(error): make it readable, or leave it out of -f")
        case .success(let bytes) where bytes.count > ManifestReader.maximumFileSize:
            unreadable(
                file.name, line: nil,
                "\(file.name) has more than \(ManifestReader.maximumFileSize >> 20) MiB: split it into smaller files")
        case .success(let bytes):
            do {
                try read(ManifestText.text(of: bytes), file: file.name)
            } catch { unreadable(file.name, line: error.line, error.message) }
        }
    }

    private mutating func read(_ text: String, file: String) {
        if JSONReader.isLikely(text) {
            do throws(ManifestSyntaxError) {
                for node in try JSONReader.read(text) { read(node, file: file, list: nil, depth: 0) }
                return
            } catch {
                // What begins with a brace may still be YAML.
                guard !file.lowercased().hasSuffix(".json") else {
                    unreadable(file, line: error.line, error.message)
                    return
                }
            }
        }
        for document in YAMLDocument.documents(of: text) {
            do throws(ManifestSyntaxError) {
                guard let node = try YAMLReader.read(document) else { continue }
                read(node, file: file, list: nil, depth: 0)
            } catch { unreadable(file, line: error.line, error.message) }
        }
    }

    private mutating func unreadable(_ file: String, line: Int?, _ message: String) {
        let location = line.map { SourceLocation(file: file, line: $0) }
        items.append(.problem(Problem(.error, nil, message, at: location)))
        items.append(.incomplete)
    }

    // MARK: - Objects and lists

    /// Reads an object; in a `FooList` the objects need not say that they are Foos.
    private mutating func read(_ node: ManifestNode, file: String, list: TypeMeta?, depth: Int) {
        let location = SourceLocation(file: file, line: node.line)
        guard case .mapping = node.content else {
            let found = node.description(isSecret: true)
            unreadable(file, line: node.line, "must be an object with apiVersion, kind and metadata, not \(found)")
            return
        }
        guard let type = TypeMeta(node, in: list) else {
            let missing = ["apiVersion", "kind"].filter { node[$0]?.text == nil }.joined(separator: " and ")
            unreadable(file, line: node.line, "this object is incomplete: add \(missing)")
            return
        }
        if type.kind.hasSuffix("List"), type.kind == "List" || node["items"] != nil {
            readList(node, type: type, file: file, depth: depth)
        } else {
            readObject(node, type: type, location: location)
        }
    }

    private mutating func readList(_ node: ManifestNode, type: TypeMeta, file: String, depth: Int) {
        guard depth < ManifestReader.maximumListDepth else {
            unreadable(file, line: node.line, "lists are nested too deep: put the objects into one list")
            return
        }
        guard let items = node["items"], !items.isNull else { return }
        guard case .sequence(let nodes) = items.content else {
            let found = items.description(isSecret: true)
            unreadable(file, line: items.line, "\"items\" of a \(type.kind) must be a list, not \(found)")
            return
        }
        let itemType = type.kind == "List" ? nil : TypeMeta(version: type.version, kind: String(type.kind.dropLast(4)))
        for item in nodes { read(item, file: file, list: itemType, depth: depth + 1) }
    }

    private mutating func readObject(_ node: ManifestNode, type: TypeMeta, location: SourceLocation) {
        switch ManifestKind.find(type, node) {
        case .known(let kind): kind.read(&self, node, type, location)
        case .refused(let message): refuse(node, type: type, location: location, message)
        case .suspect(let message): report(.warning, reference(node, type), message, location)
        case .ignored(let message): items.append(.ignored(type, message, reference(node, type), location))
        }
    }

    private mutating func refuse(_ node: ManifestNode, type: TypeMeta, location: SourceLocation, _ message: String) {
        let object = reference(node, type)
        report(.error, object, field: message.hasPrefix("apiVersion") ? "apiVersion" : nil, message, location)
        if let object { items.append(.refused(object)) }
    }

    private func reference(_ node: ManifestNode, _ type: TypeMeta) -> ObjectReference? {
        guard let name = node["metadata"]?["name"]?.text, !name.isEmpty else { return nil }
        return ObjectReference(
            kind: type.kind, name: NamespacedName(namespace: node["metadata"]?["namespace"]?.text, name: name))
    }

    private mutating func report(
        _ severity: Problem.Severity, _ object: ObjectReference?, field: String? = nil, _ message: String,
        _ location: SourceLocation
    ) {
        items.append(.problem(Problem(severity, object, field: field, message, at: location)))
    }

    // MARK: - One object

    /// Decodes an object, for its list of the cluster's state unless something is wrong with it.
    mutating func add<Object: KubernetesObject & Decodable & Sendable>(
        _ node: ManifestNode, _ type: TypeMeta, at location: SourceLocation, shape: ObjectShape,
        check: (Object) -> [ValueFinding], to list: any WritableKeyPath<ClusterState, [Object]> & Sendable
    ) {
        let log = DecodingLog(shape: shape)
        let decoded: Object?
        do {
            decoded = try Object(from: ManifestDecoder(node: node, field: "", log: log))
        } catch {
            log.error("", node, "the object cannot be read: \(error)")
            decoded = nil
        }
        log.findUnknownFields()
        let misread = Set(log.findings.filter(\.isError).map(\.field))
        for finding in decoded.map(check) ?? [] where !misread.contains(finding.field) {
            log.warning(finding.field, node.nearest(to: finding.field), finding.message)
        }
        let object = ObjectReference(
            kind: Object.kind,
            name: NamespacedName(
                namespace: decoded?.metadata.namespace ?? Object.defaultNamespace, name: decoded?.metadata.name ?? ""))
        if decoded?.metadata.name == "",
            log.findings.allSatisfy({ $0.field != "metadata.name" && $0.field != "metadata" })
        {
            log.error("metadata.name", node["metadata"] ?? node, "the name is empty: give the object a name")
        }
        let named = object.name.name.isEmpty ? nil : object
        // It is unknown which object this was: it counts as not read, like a file that ends too early.
        if named == nil { items.append(.incomplete) }
        for finding in log.findings.sorted(by: { $0.line < $1.line }) {
            report(
                finding.isError ? .error : .warning, named, field: finding.field.isEmpty ? nil : finding.field,
                finding.message, SourceLocation(file: location.file, line: finding.line))
        }
        var item = ManifestObject(object, group: type.version.group, at: location)
        if let decoded, !log.findings.contains(where: \.isError) {
            item.put(decoded, into: list)
            if named != nil { item.nameProblems = nameProblems(object, location) }
            // Of the other kinds nothing is ever said of a single field later on.
            if shape.isModelledWhole { locate(node, field: "", in: &item.fields, file: location.file) }
        }
        items.append(.object(item))
    }

    /// Kubernetes' names are DNS names (RFC 1123 §2.1).
    private func nameProblems(_ object: ObjectReference, _ location: SourceLocation) -> [Problem] {
        func isValid(_ name: String) -> Bool {
            guard (1...253).contains(name.utf8.count) else { return false }
            return name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                label.first.map(\.isLowerCaseOrDigit) ?? false && label.last.map(\.isLowerCaseOrDigit) ?? false
                    && label.allSatisfy { $0.isLowerCaseOrDigit || $0 == UInt8(ascii: "-") }
            }
        }
        let remedy = "Kubernetes allows only lower-case letters, digits, \"-\" and \".\": rename the object"
        func problem(_ field: String, _ name: String) -> Problem {
            Problem(.warning, object, field: field, "\"\(name.shortened)\" is not a name: \(remedy)", at: location)
        }
        var problems: [Problem] = []
        if !isValid(object.name.name) { problems.append(problem("metadata.name", object.name.name)) }
        if let namespace = object.name.namespace, !isValid(namespace) {
            problems.append(problem("metadata.namespace", namespace))
        }
        return problems
    }

    private func locate(
        _ node: ManifestNode, field: String, in places: inout [ManifestObject.Field], file: String
    ) {
        switch node.content {
        case .scalar: break
        case .sequence(let nodes):
            for (index, element) in nodes.enumerated() {
                let path = FieldPath.element(of: field, index)
                places.append(.init(path: path, location: SourceLocation(file: file, line: element.line)))
                locate(element, field: path, in: &places, file: file)
            }
        case .mapping(let entries):
            for entry in entries {
                let path = FieldPath.child(of: field, key: entry.key)
                places.append(.init(path: path, location: SourceLocation(file: file, line: entry.line)))
                locate(entry.value, field: path, in: &places, file: file)
            }
        }
    }
}

extension UInt8 {
    fileprivate var isLowerCaseOrDigit: Bool { (0x61...0x7A).contains(self) || (0x30...0x39).contains(self) }
}

import KubernetesModel

extension ConfigurationBuilder {
    mutating func makeBFDSettings() -> Outcome<BFDSettings> {
        var outcome = Outcome<BFDSettings>(unreadable: unreadable(BFDProfile.kind))
        for object in uniquelyNamed(state.bfdProfiles) {
            var check = ObjectCheck(ObjectReference(object), state.locations)
            let settings = makeBFDSettings(object, &check)
            settle(check, settings, previous: nil, name: object.metadata.name, into: &outcome)
        }
        return outcome
    }

    private func makeBFDSettings(_ object: BFDProfile, _ check: inout ObjectCheck) -> BFDSettings {
        let spec = object.spec
        let interval = 10...60_000
        var settings = BFDSettings(profile: object.metadata.name)
        if let value = check.number(spec?.receiveInterval, "spec.receiveInterval", in: interval, unit: " ms") {
            settings.receiveInterval = .milliseconds(value)
        }
        if let value = check.number(spec?.transmitInterval, "spec.transmitInterval", in: interval, unit: " ms") {
            settings.transmitInterval = .milliseconds(value)
        }
        _ = check.number(spec?.echoInterval, "spec.echoInterval", in: interval, unit: " ms")
        if let value = check.number(spec?.detectMultiplier, "spec.detectMultiplier", in: 2...255) {
            settings.detectMultiplier = value
        }
        if let value = check.number(spec?.minimumTtl, "spec.minimumTtl", in: 1...254) { settings.minimumTTL = value }
        settings.authentication = spec?.authentication.flatMap { authentication($0, of: object, &check) }
        settings.isPassive = spec?.passiveMode ?? false
        if spec?.echoMode == true {
            check.warning(
                "spec.echoMode",
                "echo (RFC 5880 §6.8.9) is not supported, sessions run without it: set echoMode to false. For faster "
                    + "detection, shorten transmitInterval and receiveInterval")
        }
        return settings
    }

    private func authentication(
        _ spec: BFDProfileSpec.Authentication, of object: BFDProfile, _ check: inout ObjectCheck
    ) -> BFDSettings.Authentication? {
        let field = "spec.authentication"
        let keyID = check.number(spec.keyID, "\(field).keyID", in: 0...255)
        if spec.keyID == nil {
            check.error(
                "\(field).keyID", "this field is required: write the key number that the router uses, for example 1")
        }
        let isMeticulous: Bool?
        switch spec.type {
        case "MeticulousKeyedSHA1", nil, "": isMeticulous = true
        case "KeyedSHA1": isMeticulous = false
        case .some(let type):
            isMeticulous = nil
            check.error("\(field).type", "\"\(type)\" is not known: write MeticulousKeyedSHA1 or KeyedSHA1")
        }
        guard let name = spec.secret?.name, !name.isEmpty else {
            check.error("\(field).secret.name", "this field is required: write the name of the Secret that has the key")
            return nil
        }
        let namespace = spec.secret?.namespace.flatMap { $0.isEmpty ? nil : $0 } ?? object.metadata.namespace
        guard let secret = secretPassword(name, namespace: namespace, field: "\(field).secret", &check) else {
            return nil
        }
        // RFC 5880 §4.4.
        guard (1...20).contains(secret.octets.count) else {
            check.error(
                "\(field).secret",
                "the key has \(secret.octets.count) octets, BFD allows 1 to 20: store another one in the Secret")
            return nil
        }
        guard let keyID, let isMeticulous else { return nil }
        return BFDSettings.Authentication(isMeticulous: isMeticulous, keyID: UInt8(keyID), secret: secret)
    }
}

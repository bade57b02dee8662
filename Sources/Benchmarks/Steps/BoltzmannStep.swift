import NeuralNetworks
import TensorCore

extension CheckedStep {
    /// One step of contrastive divergence (Hinton 2002) of a restricted Boltzmann machine on 100 binary images. The
    /// result is the cross-entropy of the images and their reconstructions.
    static var contrastiveDivergence: CheckedStep {
        CheckedStep(name: "RBM CD-1 784-500 b100") { numbers in
            let weight = Variable(zeros: [784, 500], name: "weight")
            let (visibleBias, hiddenBias) = (
                Variable(zeros: [784], name: "visible"), Variable(zeros: [500], name: "hidden")
            )
            weight.withMutableValues { numbers.fill($0, -0.05, 0.05) }
            let program = Program("contrastive divergence", inputs: [.float32(100, 784)]) { inputs in
                let (v, w) = (inputs[0], weight.tensor)
                func hidden(_ visible: Tensor) -> Tensor { (visible.matmul(w) + hiddenBias.tensor).sigmoid() }
                let positive = hidden(v)
                let logits = positive.bernoulliSample().matmul(w, transposeRight: true) + visibleBias.tensor
                let reconstruction = logits.sigmoid().bernoulliSample()
                let negative = hidden(reconstruction)
                let rate = 1e-3
                let change =
                    v.matmul(positive, transposeLeft: true) - reconstruction.matmul(negative, transposeLeft: true)
                try weight.assign(w + rate / 100 * change)
                try visibleBias.assign(visibleBias.tensor + rate * (v - reconstruction).mean([0]))
                try hiddenBias.assign(hiddenBias.tensor + rate * (positive - negative).mean([0]))
                return [binaryCrossEntropy(logits: logits, targets: v).mean()]
            }
            let plan = try program.plan()
            for index in plan.input(0).indices { plan.input(0)[index] = numbers.uniform(0, 1) < 0.3 ? 1 : 0 }
            let parameters = Parameters(named: ["weight": weight, "visible": visibleBias, "hidden": hiddenBias])
            return Made(learning: parameters, plan)
        }
    }
}

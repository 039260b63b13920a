namespace ActiveInas.Compute.Cpu;

/// <content>Stochastic gradient descent with Nesterov momentum (Sutskever et al., ICML 2013).</content>
internal sealed partial class ReferenceDevice<T, A, S>
{
    public void SgdStep(Parameter parameter, double learningRate, double momentum, double weightDecay)
    {
        OperationGuard.Sgd(parameter, learningRate, momentum, weightDecay);
        CpuMatrix<A> values = Own(parameter.Values, nameof(parameter));
        CpuMatrix<A> velocity = Own(parameter.Velocity, nameof(parameter));
        ReadOnlySpan<A> gradient = Own(parameter.Gradient, nameof(parameter)).Span;
        A rate = Convert(learningRate);
        A keep = Convert(momentum);
        A decay = Convert(weightDecay);
        Span<A> w = values.Span;
        Span<A> v = velocity.Span;
        for (int i = 0; i < w.Length; i++)
        {
            A g = gradient[i] + (decay * w[i]);
            v[i] = (keep * v[i]) - (rate * g);
            w[i] = w[i] + (keep * v[i]) - (rate * g);
        }

        values.Touch();
        velocity.Touch();
    }
}

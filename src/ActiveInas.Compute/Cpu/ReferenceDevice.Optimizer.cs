namespace ActiveInas.Compute.Cpu;

/// <content>Stochastic gradient descent with Nesterov momentum (Sutskever et al., ICML 2013).</content>
internal sealed partial class ReferenceDevice<T, A, S>
{
    public void SgdStep(IReadOnlyList<Parameter> parameters, double learningRate, double momentum, double weightDecay)
    {
        OperationGuard.Sgd(parameters, learningRate, momentum, weightDecay);
        foreach (Parameter parameter in parameters)
        {
            Step(parameter, Convert(learningRate), Convert(momentum), Convert(parameter.Decays ? weightDecay : 0));
        }
    }

    private static void Step(Parameter parameter, A rate, A keep, A decay)
    {
        CpuMatrix<A> values = Own(parameter.Values, nameof(parameter));
        CpuMatrix<A> velocity = Own(parameter.Velocity, nameof(parameter));
        ReadOnlySpan<A> gradient = Own(parameter.Gradient, nameof(parameter)).Span;
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

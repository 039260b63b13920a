using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu;

internal sealed unsafe partial class CpuDevice<T, S, V, L>
{
    /// <summary>Where each parameter of a step begins when all are laid end to end, and where the last one ends.</summary>
    private long[] _parameterStarts = [];

    public void SgdStep(IReadOnlyList<Parameter> parameters, double learningRate, double momentum, double weightDecay)
    {
        OperationGuard.Sgd(parameters, learningRate, momentum, weightDecay);
        LayEndToEnd(parameters);
        _work.Pool.Run(new SgdItems(parameters, _parameterStarts, (float)learningRate, (float)momentum, (float)weightDecay));
        for (int i = 0; i < parameters.Count; i++)
        {
            Own(parameters[i].Values).Touch();
            Own(parameters[i].Velocity).Touch();
        }
    }

    private void LayEndToEnd(IReadOnlyList<Parameter> parameters)
    {
        if (_parameterStarts.Length < parameters.Count + 1)
        {
            _parameterStarts = new long[parameters.Count + 1];
        }

        for (int i = 0; i < parameters.Count; i++)
        {
            _ = (Own(parameters[i].Values), Own(parameters[i].Velocity), Own(parameters[i].Gradient));
            _parameterStarts[i + 1] = _parameterStarts[i] + parameters[i].Length;
        }
    }

    /// <summary>g = gradient + decay w; step = -rate g; v = momentum v + step; w = w + momentum v + step. Items are runs of all parameters laid end to end: a
    /// network has many small ones.</summary>
    private readonly struct SgdItems(IReadOnlyList<Parameter> parameters, long[] starts, float rate, float momentum, float decay) : IWorkItems
    {
        private const int ItemLength = 16_384;

        public int Items => (int)((starts[parameters.Count] + ItemLength - 1) / ItemLength);

        public void Run(int item, int worker)
        {
            long first = (long)item * ItemLength;
            long last = Math.Min(first + ItemLength, starts[parameters.Count]);
            int found = Array.BinarySearch(starts, 0, parameters.Count, first);
            for (int i = found >= 0 ? found : ~found - 1; i < parameters.Count && starts[i] < last; i++)
            {
                Step(parameters[i], (int)(Math.Max(first, starts[i]) - starts[i]), (int)(Math.Min(last, starts[i + 1]) - starts[i]));
            }
        }

        /// <summary>Some values of a parameter.</summary>
        private void Step(Parameter parameter, int i, int end)
        {
            float* values = Own(parameter.Values).Pointer;
            float* velocities = Own(parameter.Velocity).Pointer;
            float* gradients = Own(parameter.Gradient).Pointer;
            float weightDecay = parameter.Decays ? decay : 0f;
            V minusRate = L.Broadcast(-rate);
            V wideMomentum = L.Broadcast(momentum);
            V wideDecay = L.Broadcast(weightDecay);
            for (; i + L.Count <= end; i += L.Count)
            {
                V weight = L.Load(values + i);
                V step = L.Multiply(minusRate, L.FusedMultiplyAdd(wideDecay, weight, L.Load(gradients + i)));
                V velocity = L.FusedMultiplyAdd(wideMomentum, L.Load(velocities + i), step);
                L.Store(velocities + i, velocity);
                L.Store(values + i, L.Add(weight, L.FusedMultiplyAdd(wideMomentum, velocity, step)));
            }

            for (; i < end; i++)
            {
                float step = -rate * MathF.FusedMultiplyAdd(weightDecay, values[i], gradients[i]);
                velocities[i] = MathF.FusedMultiplyAdd(momentum, velocities[i], step);
                values[i] += MathF.FusedMultiplyAdd(momentum, velocities[i], step);
            }
        }
    }
}

using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu;

internal sealed unsafe partial class CpuDevice<T, S, V, L>
{
    private readonly SgdItems _sgd;

    public void SgdStep(Parameter parameter, double learningRate, double momentum, double weightDecay)
    {
        OperationGuard.Sgd(parameter, learningRate, momentum, weightDecay);
        CpuMatrix<float> values = Own(parameter.Values);
        CpuMatrix<float> velocity = Own(parameter.Velocity);
        _sgd.Run(_work.Pool, values, velocity, Own(parameter.Gradient), (float)learningRate, (float)momentum, (float)weightDecay);
        values.Touch();
        velocity.Touch();
    }

    /// <summary>g = gradient + decay w; step = -rate g; v = momentum v + step; w = w + momentum v + step.</summary>
    private sealed class SgdItems : IWorkItems
    {
        private const int ItemLength = 16_384;
        private float* _values;
        private float* _velocity;
        private float* _gradient;
        private int _length;
        private float _rate;
        private float _momentum;
        private float _decay;

        public void Run(
            WorkerPool pool, CpuMatrix<float> values, CpuMatrix<float> velocity, CpuMatrix<float> gradient, float rate, float momentum, float decay)
        {
            _length = values.Columns;
            _values = values.Pointer;
            _velocity = velocity.Pointer;
            _gradient = gradient.Pointer;
            (_rate, _momentum, _decay) = (rate, momentum, decay);
            pool.Run((_length + ItemLength - 1) / ItemLength, this);
        }

        public void Run(int item, int worker)
        {
            int i = item * ItemLength;
            int end = Math.Min(_length, i + ItemLength);
            V minusRate = L.Broadcast(-_rate);
            V momentum = L.Broadcast(_momentum);
            V decay = L.Broadcast(_decay);
            for (; i + L.Count <= end; i += L.Count)
            {
                V weight = L.Load(_values + i);
                V step = L.Multiply(minusRate, L.FusedMultiplyAdd(decay, weight, L.Load(_gradient + i)));
                V velocity = L.FusedMultiplyAdd(momentum, L.Load(_velocity + i), step);
                L.Store(_velocity + i, velocity);
                L.Store(_values + i, L.Add(weight, L.FusedMultiplyAdd(momentum, velocity, step)));
            }

            for (; i < end; i++)
            {
                float step = -_rate * MathF.FusedMultiplyAdd(_decay, _values[i], _gradient[i]);
                _velocity[i] = MathF.FusedMultiplyAdd(_momentum, _velocity[i], step);
                _values[i] += MathF.FusedMultiplyAdd(_momentum, _velocity[i], step);
            }
        }
    }
}

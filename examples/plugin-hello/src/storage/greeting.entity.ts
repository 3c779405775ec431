import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from '@sextant/sdk/storage';

@Entity('greetings')
export class Greeting {
  @PrimaryGeneratedColumn({ type: 'int' }) id!: number;
  @Column({ type: 'text' }) name!: string;
  @Column({ type: 'text' }) text!: string;
  @CreateDateColumn({ type: 'timestamptz', name: 'greeted_at' }) greetedAt!: Date;
}

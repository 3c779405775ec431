import 'reflect-metadata';
import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn, UpdateDateColumn } from '@sextant/sdk/storage';

@Entity('notes')
export class Note {
  @PrimaryGeneratedColumn({ type: 'int' }) id!: number;
  @Column({ type: 'text' }) title!: string;
  @Column({ type: 'text', nullable: true }) body!: string | null;
  @Column({ type: 'int', default: 0 }) stars!: number;
  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' }) updatedAt!: Date;
}

@Entity('pairs')
export class Pair {
  @PrimaryColumn({ type: 'text' }) repo!: string;
  @PrimaryColumn({ type: 'text' }) name!: string;
  @Column({ type: 'int' }) value!: number;
}
